/** The official client, unchanged but for where it calls and with whose token. */
import OpenAI from "npm:openai@7.57.0";
import type { Actor } from "../support/actors.ts";
import { target } from "../support/target.ts";

export const baseURL = `${target.url}/functions/v1/openai/v1`;

export function clientOf(
  actor: Actor,
  options: ConstructorParameters<typeof OpenAI>[0] = {},
): OpenAI {
  return new OpenAI({ baseURL, apiKey: tokenOf(actor), ...options });
}

export function tokenOf({ headers }: Actor): string {
  return (headers.Authorization ?? "Bearer none").slice("Bearer ".length);
}

/** Every element of a paged list, however many requests it takes. */
export async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const elements: T[] = [];
  for await (const element of list) elements.push(element);
  return elements;
}

/** The UUID in an id. */
export function uuidOf(id: string): string {
  return id.replace(
    /^.*[_-](.{8})(.{4})(.{4})(.{4})(.{12})$/,
    "$1-$2-$3-$4-$5",
  );
}
