/** Where the functions are, below the project's URL. */

/** @throws {TypeError} if `id` cannot be a segment of a URL's path. */
export function segment(id: string | number): string {
  if (id === "" || id === "." || id === "..") {
    throw new TypeError(`"${id}" cannot be an id.`);
  }
  return encodeURIComponent(id);
}

export const APPEND = "functions/v1/conversation-append";
export const HISTORY = "functions/v1/conversation-history";
export const UPLOAD = "functions/v1/file-upload";
export const DOWNLOAD = "functions/v1/file-download";
