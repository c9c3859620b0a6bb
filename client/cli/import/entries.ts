/** The files that are imported: one, those of a folder, or those of a zip file. */
import { createReadStream } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { configure, Reader, ZipReader } from "npm:@zip.js/zip.js@2.24.0";
import type { Bytes } from "../json/values.ts";

export interface Entry {
  /** Below the folder or zip file, with slashes; a file's own name if it was named itself. */
  path: string;
  size: number;
  open(): Bytes;
}

export interface Entries {
  /** What was named, for people. */
  name: string;
  entries: Entry[];
  /** Whether a folder or zip file was named. */
  isFolder: boolean;
  /** Files that are not taken, and why. */
  left: { path: string; reason: string }[];
  close(): Promise<void>;
}

/** Files that operating systems put into folders and zip files on their own. */
const OF_SYSTEMS = /(^|\/)(__MACOSX\/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)/;

configure({ useWebWorkers: false });

/** @throws {Error} Node's, if there is nothing at `path` or it cannot be read. */
export async function entriesOf(path: string): Promise<Entries> {
  const info = await stat(path);
  const name = basename(path);
  if (info.isDirectory()) return await ofFolder(path, name || path);
  if (await isZip(path)) return await ofZip(path, name, info.size);
  return {
    name,
    isFolder: false,
    entries: [fileEntry(path, name, info.size)],
    left: [],
    close: () => Promise.resolve(),
  };
}

function fileEntry(path: string, name: string, size: number): Entry {
  return {
    path: name,
    size,
    open: () => createReadStream(path, { highWaterMark: 256 * 1024 }),
  };
}

async function ofFolder(folder: string, name: string): Promise<Entries> {
  const entries: Entry[] = [];
  const left: Entries["left"] = [];
  const walk = async (path: string) => {
    const inside = await readdir(path, { withFileTypes: true });
    inside.sort((a, b) => a.name < b.name ? -1 : 1);
    for (const item of inside) {
      const at = join(path, item.name);
      const shown = relative(folder, at).split(sep).join("/");
      if (OF_SYSTEMS.test(shown)) continue;
      if (item.isDirectory()) await walk(at);
      else if (item.isFile()) {
        entries.push(fileEntry(at, shown, (await stat(at)).size));
      } else {
        left.push({
          path: shown,
          reason: item.isSymbolicLink()
            ? "It is a symbolic link, which is not followed."
            : "It is not a file.",
        });
      }
    }
  };
  await walk(folder);
  return {
    name,
    isFolder: true,
    entries,
    left,
    close: () => Promise.resolve(),
  };
}

async function isZip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const start = new Uint8Array(4);
    await file.read(start, 0, 4, 0);
    // A zip file without entries begins with its end.
    return start[0] === 0x50 && start[1] === 0x4b &&
      (start[2] === 3 && start[3] === 4 || start[2] === 5 && start[3] === 6);
  } finally {
    await file.close();
  }
}

/** Reads a zip file where it is: of 2 GB, only what is asked for is in memory. */
class FileReader extends Reader<string> {
  readonly #path: string;
  #file: Awaited<ReturnType<typeof open>> | undefined;

  constructor(path: string, size: number) {
    super(path);
    this.#path = path;
    this.size = size;
  }

  override async init(): Promise<void> {
    await super.init?.();
    this.#file ??= await open(this.#path);
  }

  override async readUint8Array(
    index: number,
    length: number,
  ): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.min(length, this.size - index));
    for (let filled = 0; filled < bytes.length;) {
      const { bytesRead } = await this.#file!.read(
        bytes,
        filled,
        bytes.length - filled,
        index + filled,
      );
      if (bytesRead === 0) throw new Error(`${this.#path} became shorter.`);
      filled += bytesRead;
    }
    return bytes;
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

async function ofZip(
  path: string,
  name: string,
  size: number,
): Promise<Entries> {
  const source = new FileReader(path, size);
  const zip = new ZipReader(source, { checkSignature: true });
  const entries: Entry[] = [];
  const left: Entries["left"] = [];
  try {
    for (const entry of await zip.getEntries()) {
      const { filename, encrypted } = entry;
      if (entry.directory || OF_SYSTEMS.test(filename)) continue;
      if (encrypted) {
        left.push({ path: filename, reason: "It is encrypted." });
        continue;
      }
      entries.push({
        path: filename,
        size: entry.uncompressedSize,
        open: () => inflated((stream) => entry.getData(stream)),
      });
    }
  } catch (error) {
    await source.close();
    throw error;
  }
  return {
    name,
    isFolder: true,
    entries,
    left,
    async close() {
      await zip.close();
      await source.close();
    },
  };
}

/** The bytes that `write` puts into a stream, as they are asked for. */
async function* inflated(
  write: (stream: WritableStream<Uint8Array>) => Promise<unknown>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  let failure: unknown;
  const written = write(writable).catch((error) => void (failure = error));
  const reader = readable.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
    await written;
    if (failure !== undefined) throw failure;
  } catch (error) {
    throw failure ?? error;
  } finally {
    await reader.cancel().catch(() => {});
    await written;
  }
}
