/** Uploads from a file on disk, in Node and Deno. */
import type { UploadSource } from "./upload_source.ts";

/** The part of `node:fs/promises` that is used here, declared so that users need no types of Node. */
interface FileHandle {
  stat(): Promise<{ size: number }>;
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesRead: number }>;
  close(): Promise<void>;
}

/** A variable, because bundlers for browsers would try to resolve a literal. */
const FILE_SYSTEM = "node:fs/promises";

/** @throws {TypeError} in browsers, which cannot open a path. */
export async function fileSource(path: string): Promise<UploadSource> {
  if (!("process" in globalThis)) {
    throw new TypeError(
      "A path can be uploaded in Node and Deno only. For text, upload new Blob([text]).",
    );
  }
  const fs: { open(path: string): Promise<FileHandle> } = await import(
    /* @vite-ignore */ /* webpackIgnore: true */ FILE_SYSTEM
  );
  const handle = await fs.open(path);
  const { size } = await handle.stat();
  return {
    size,
    name: path.split(/[/\\]/).pop(),
    type: undefined,
    async slice(start, end) {
      const bytes = new Uint8Array(Math.min(end, size) - start);
      for (let filled = 0; filled < bytes.length;) {
        const { bytesRead } = await handle.read(
          bytes,
          filled,
          bytes.length - filled,
          start + filled,
        );
        if (bytesRead === 0) throw new Error(`${path} became shorter.`);
        filled += bytesRead;
      }
      return new Blob([bytes]);
    },
    close: () => handle.close(),
  };
}
