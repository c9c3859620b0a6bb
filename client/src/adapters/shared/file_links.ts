/**
 * Files that messages refer to. A stored message has `continuum-file:<id>/` where a URL would be. A message that is
 * shown has a link, which works for an hour without a token, and which has the reference as its fragment, so that
 * the message can be stored again.
 */
import type { Continuum } from "../../continuum.ts";
import type { CallOptions } from "../../types.ts";

export interface FileReference {
  id: string;
  /** What the file's data URL began with, such as `data:image/png;base64,`; empty if it has never been one. */
  prefix: string;
}

const REFERENCE = /^continuum-file:([0-9a-f-]{36})\/(.*)$/s;

/** How long a link works, in seconds. The API allows no more. */
const LINK_SECONDS = 3600;

export function referenceTo({ id, prefix }: FileReference): string {
  return `continuum-file:${id}/${prefix}`;
}

/** What a URL refers to; null if it does not refer to a file. */
export function parseReference(url: string): FileReference | null {
  const [, id, prefix] = REFERENCE.exec(url) ?? [];
  return id === undefined || prefix === undefined ? null : { id, prefix };
}

/** A link to the file that a reference names. */
export async function linkTo(
  continuum: Continuum,
  reference: FileReference,
  options: CallOptions = {},
): Promise<string> {
  const { url } = await continuum.files.url(reference.id, {
    ...options,
    expiresIn: LINK_SECONDS,
  });
  return `${url}#${encodeURIComponent(referenceTo(reference))}`;
}

/** The reference of a link; any other URL as it is. */
export function withoutLink(url: string): string {
  if (!/^https?:/i.test(url)) return url;
  const fragment = url.slice(url.lastIndexOf("#") + 1);
  try {
    const reference = decodeURIComponent(fragment);
    return parseReference(reference) ? reference : url;
  } catch {
    return url;
  }
}
