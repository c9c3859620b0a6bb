/** Clients of the package under test, signed in as test users. */
import {
  type Continuum,
  type ContinuumOptions,
  createContinuum,
} from "../../client/src/index.ts";
import { type Actor, signUp } from "../support/actors.ts";
import { type Target, target } from "../support/target.ts";

/** The access token that an actor's requests carry. */
export function tokenOf(actor: Actor): string {
  return (actor.headers.Authorization ?? "").replace("Bearer ", "");
}

/** A client of `actor`, at another URL than the project's if `at` names one. */
export function clientOf(
  actor: Actor,
  options: Partial<ContinuumOptions> = {},
  at: Target = target,
): Continuum {
  return createContinuum({
    url: at.url,
    key: at.publishableKey,
    accessToken: tokenOf(actor),
    ...options,
  } as ContinuumOptions);
}

/** A new user with a client. */
export async function newClient(
  name: string,
): Promise<{ user: Actor & { id: string }; client: Continuum }> {
  const user = await signUp(name);
  return { user, client: clientOf(user) };
}
