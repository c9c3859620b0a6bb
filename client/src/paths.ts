/** The functions' paths, below the project's `/functions/v1/`. */

/** @throws {TypeError} if `id` cannot be a segment of a URL's path. */
export function segment(id: string | number): string {
  if (id === "" || id === "." || id === "..") {
    throw new TypeError(`"${id}" cannot be an id.`);
  }
  return encodeURIComponent(id);
}

export const APPEND = "conversation-append";
export const HISTORY = "conversation-history";
export const UPLOAD = "file-upload";
export const DOWNLOAD = "file-download";
