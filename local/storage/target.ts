// For whom an upload, and the row that it becomes, is allowed.
import { authenticate, type Caller, service } from "./caller.ts";
import type { Deps, Name } from "./context.ts";
import { verifySignature } from "./sign.ts";

export interface UploadTarget extends Name {
  /** The owner that the row will have. */
  owner: string | undefined;
  upsert: boolean;
  /** Under whom the policies are asked: the user, or the service for signed uploads. */
  caller: Caller;
  operation: string;
}

/** What a user asks for with their own token; `x-upsert` says whether an object is replaced. */
export async function ownTarget(
  deps: Deps,
  request: Request,
  name: Name,
  operation: string,
): Promise<UploadTarget> {
  const caller = await authenticate(request, deps.verify);
  const upsert = request.headers.get("x-upsert") === "true";
  return { ...name, owner: caller.sub, upsert, caller, operation };
}

/** What the token of a signed upload URL allows, in the name of who made it. */
export async function signedTarget(
  deps: Deps,
  request: Request,
  token: string | null,
  name: Name,
  operation: string,
): Promise<UploadTarget> {
  const claims = await verifySignature(deps, token, name, "upload");
  return {
    ...name,
    owner: typeof claims.owner === "string" ? claims.owner : undefined,
    upsert: claims.upsert === true,
    caller: service(request),
    operation,
  };
}
