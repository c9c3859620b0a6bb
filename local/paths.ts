/** Paths, as `node:path` and `node:url` have them. */
export { basename, dirname, join, resolve } from "node:path";
export { fileURLToPath as fromFileUrl } from "node:url";
