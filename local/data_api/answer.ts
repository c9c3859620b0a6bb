/** The response to a call that has succeeded. */
import { isEscapedLater, type Result } from "./call.ts";
import { hasNoBody, isStatus, pgrst } from "./errors.ts";
import { contentType, type Media } from "./media.ts";
import type { Routine } from "./routines.ts";

/** @throws {DataApiError} PGRST111 or PGRST112 if the function has set an invalid header or status. */
export function answer(
  method: string,
  routine: Routine,
  media: Media,
  result: Result,
  applied: string[],
): Response {
  const { rows, total } = result;
  const headers = new Headers({
    "Content-Range": `${rows === 0 ? "*" : `0-${rows - 1}`}/${total ?? "*"}`,
  });
  if (applied.length > 0) headers.set("Preference-Applied", applied.join(", "));
  if (!routine.returnsVoid) headers.set("Content-Type", contentType(media));
  setByFunction(headers, result.headers);

  const isPartial = total !== null && rows < total;
  const status = statusByFunction(result.status) ??
    (routine.returnsVoid ? 204 : isPartial ? 206 : 200);
  const isEmpty = method === "HEAD" || routine.returnsVoid ||
    hasNoBody(status);
  return new Response(isEmpty ? null : bodyOf(routine, media, result), {
    status,
    headers,
  });
}

function bodyOf(
  routine: Routine,
  media: Media,
  { body }: Result,
): BodyInit {
  if (isEscapedLater(routine, media)) return JSON.stringify(body);
  const text = body ?? "";
  return media.kind === "raw" && routine.returnsBytes
    ? Uint8Array.fromHex(text)
    : text;
}

/** `response.headers`: an array of objects with one member each, as a header may come several times. */
function setByFunction(headers: Headers, text: string | null): void {
  if (text === null) return;
  const replaced = new Set<string>();
  for (const [name, value] of pairsIn(text)) {
    // What comes from the function takes the place of the Data API's own.
    try {
      if (replaced.has(name)) headers.append(name, value);
      else headers.set(name, value);
    } catch {
      throw pgrst("PGRST111");
    }
    replaced.add(name);
  }
}

function pairsIn(text: string): [string, string][] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    throw pgrst("PGRST111");
  }
  if (!Array.isArray(list)) throw pgrst("PGRST111");
  return list.map((item: unknown) => {
    const entries = Object.entries(item ?? {});
    const [[name, value] = []] = entries;
    if (entries.length !== 1 || typeof value !== "string" || !name) {
      throw pgrst("PGRST111");
    }
    return [name, value];
  });
}

function statusByFunction(text: string | null): number | null {
  if (text === null) return null;
  const status = Number(text);
  if (!isStatus(status)) throw pgrst("PGRST112");
  return status;
}
