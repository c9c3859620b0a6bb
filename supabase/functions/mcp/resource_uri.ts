/** The URIs of resources: `continuum://conversation/{id}` and `continuum://file/{id}`. */

export type ResourceKind = "conversation" | "file";

/** What a URI refers to. Whether its id can be one is not looked at. */
export interface ResourceName {
  kind: ResourceKind;
  id: string;
}

/** The URI of an id, or a template of such URIs if the id is `{id}`. */
export function resourceUri(kind: ResourceKind, id: string): string {
  return `continuum://${kind}/${id === "{id}" ? id : encodeURIComponent(id)}`;
}

/** Null if it is not the URI of a resource. */
export function parseResourceUri(uri: string): ResourceName | null {
  for (const kind of ["conversation", "file"] as const) {
    const prefix = resourceUri(kind, "");
    if (uri.startsWith(prefix)) {
      const id = decoded(uri.slice(prefix.length));
      return id === null ? null : { kind, id };
    }
  }
  return null;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
