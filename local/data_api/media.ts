/**
 * In which form a client takes the result of a call.
 * https://docs.postgrest.org/en/v14/references/api/resource_representation.html
 */
import { notImplemented, pgrst } from "./errors.ts";
import type { Routine } from "./routines.ts";

export type Media =
  | { kind: "json"; type: "application/json" }
  /** The only row of a set, without its array. */
  | { kind: "object"; type: "application/vnd.pgrst.object+json" }
  /** As the function has made it: its return type is a domain that is named like the media type. */
  | { kind: "raw"; type: string };

const JSON_MEDIA: Media = { kind: "json", type: "application/json" };
const OBJECT_MEDIA: Media = {
  kind: "object",
  type: "application/vnd.pgrst.object+json",
};

/** What PostgREST has besides. */
const NOT_HERE =
  /^(text\/csv|application\/geo\+json|application\/vnd\.pgrst\.plan.*|application\/vnd\.pgrst\.\w+(\+json)?;\s*nulls=stripped)$/;

/** The first type that the client takes and the function has. @throws {DataApiError} PGRST107 */
export function negotiate(accept: string | null, routine: Routine): Media {
  const types = acceptedTypes(accept);
  for (const type of types) {
    const media = mediaFor(type, routine);
    if (media !== null) return media;
  }
  throw pgrst("PGRST107", types.join(", "));
}

function mediaFor(type: string, { mediaType }: Routine): Media | null {
  // This domain takes any.
  if (mediaType === "*/*") {
    const isConcrete = /^[\w.+-]+\/[\w.+-]+$/.test(type);
    return {
      kind: "raw",
      type: isConcrete ? type : "application/octet-stream",
    };
  }
  if (type === mediaType) return { kind: "raw", type };
  if (NOT_HERE.test(type)) throw notImplemented(`answers as ${type}`);
  switch (type) {
    case "*/*":
    case "application/json":
    case "application/vnd.pgrst.array":
    case "application/vnd.pgrst.array+json":
      return JSON_MEDIA;
    case "application/vnd.pgrst.object":
    case "application/vnd.pgrst.object+json":
      return OBJECT_MEDIA;
    default:
      return null;
  }
}

/** The types of an Accept header, the preferred ones first. */
function acceptedTypes(accept: string | null): string[] {
  return (accept ?? "*/*").split(",").map((range) => {
    const [, quality] = /;\s*q=([\d.]+)/i.exec(range) ?? [];
    const type = range.replace(/;\s*(q|charset)=[^;]*/gi, "").trim()
      .toLowerCase();
    return { type, quality: Number(quality ?? 1) };
  }).toSorted((a, b) => b.quality - a.quality).map(({ type }) => type);
}

/** The Content-Type of a response. */
export function contentType({ type }: Media): string {
  return /^text\/|json$/.test(type) ? `${type}; charset=utf-8` : type;
}
