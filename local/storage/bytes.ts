// Bytes on disk: `objects/<bucket>/<key>/<version>`, complete or not there at all.
import { createHash } from "node:crypto";
import { dirname, join, resolve, sep } from "node:path";
import type { Name } from "./context.ts";
import { failure } from "./errors.ts";

export interface Stored {
  size: number;
  /** Quoted, the MD5 of the content: what S3 gives for an object sent in one piece. */
  eTag: string;
  lastModified: Date;
}

/** One version of one object. Versions are fresh UUIDs, so two uploads never share a file. */
export interface Place extends Name {
  version: string;
}

export interface Bytes {
  /**
   * Streams `body` to a temporary name, then, whole and synced, to its place. On any failure, a
   * client that went away or more than `limit` bytes (`too large`), nothing is left behind.
   */
  write(
    place: Place,
    body: AsyncIterable<Uint8Array>,
    limit: number,
  ): Promise<Stored>;
  /** Gives an existing file a second place, without copying. */
  link(path: string, place: Place): Promise<Stored>;
  /** The file, for reading. Throws the real service's "not found" when it is missing. */
  open(place: Place): Promise<Deno.FsFile>;
  /** Removes the file, an upload it came from, and folders that became empty. Missing is fine. */
  remove(place: Place): Promise<void>;
  pathOf(place: Place): string;
}

export const folders = (root: string) => ({
  objects: join(root, "objects"),
  incoming: join(root, "incoming"),
  resumable: join(root, "resumable"),
});

export async function openBytes(root: string): Promise<Bytes> {
  const { objects, incoming, resumable } = folders(resolve(root));
  for (const folder of [objects, incoming, resumable]) {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  }

  const pathOf = (place: Place) => inside(objects, place);

  return {
    pathOf,

    async write(place, body, limit) {
      const temporary = join(incoming, crypto.randomUUID());
      try {
        const { size, digest } = await receive(temporary, body, limit);
        const path = pathOf(place);
        await settle(path, () => Deno.rename(temporary, path));
        return { size, eTag: `"${digest}"`, lastModified: new Date() };
      } catch (error) {
        await Deno.remove(temporary).catch(() => {});
        throw error;
      }
    },

    async link(source, place) {
      const path = pathOf(place);
      await settle(path, () => Deno.link(source, path)).catch((error) => {
        // Completed before and asked again: the same version is the same bytes.
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      });
      await Deno.chmod(path, 0o600);
      const { size, digest } = await measure(path);
      return { size, eTag: `"${digest}"`, lastModified: new Date() };
    },

    async open(place) {
      try {
        return await Deno.open(pathOf(place), { read: true });
      } catch (error) {
        throw error instanceof Deno.errors.NotFound
          ? failure("bytesNotFound")
          : error;
      }
    },

    async remove(place) {
      const path = pathOf(place);
      const upload = join(resumable, place.version);
      for (const each of [path, upload, `${upload}.json`]) {
        await Deno.remove(each).catch(ignoreMissing);
      }
      await pruneFolders(dirname(path), objects);
    },
  };
}

/** The path of an object's bytes below `root`. A key with `..` that leads out of its bucket is refused. */
function inside(root: string, { bucket, key, version }: Place): string {
  const path = resolve(root, bucket, key, version);
  const home = join(root, bucket) + sep;
  if (!path.startsWith(home) || !home.startsWith(root + sep)) {
    throw failure("invalidKey", key);
  }
  return path;
}

async function receive(
  path: string,
  body: AsyncIterable<Uint8Array>,
  limit: number,
) {
  const hash = createHash("md5");
  let size = 0;
  using file = await Deno.open(path, {
    write: true,
    createNew: true,
    mode: 0o600,
  });
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > limit) throw failure("tooLarge", "object");
    hash.update(chunk);
    // Not `write`: Deno's server copies all that waits to be read at each read, so that a body that
    // is read more slowly than it comes costs the square of its size. The page cache takes it at once.
    for (let written = 0; written < chunk.byteLength;) {
      written += file.writeSync(chunk.subarray(written));
    }
  }
  await file.sync();
  return { size, digest: hash.digest("hex") };
}

async function measure(path: string) {
  const hash = createHash("md5");
  let size = 0;
  const file = await Deno.open(path, { read: true });
  await file.sync();
  for await (const chunk of file.readable) {
    hash.update(chunk);
    size += chunk.byteLength;
  }
  return { size, digest: hash.digest("hex") };
}

/** Does `put` with the folder of `path` there, and makes the result durable. */
async function settle(path: string, put: () => Promise<void>): Promise<void> {
  for (let attempt = 1;; attempt++) {
    await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
    try {
      await put();
      return await syncFolder(dirname(path));
    } catch (error) {
      // A removal next door may have pruned the folder in between.
      if (!(error instanceof Deno.errors.NotFound) || attempt === 3) {
        throw error;
      }
    }
  }
}

/** A rename is durable once its folder is. */
async function syncFolder(path: string): Promise<void> {
  using folder = await Deno.open(path, { read: true });
  await folder.sync();
}

/** Removes empty folders upwards, up to `root`. A folder in use is not empty, and stays. */
export async function pruneFolders(path: string, root: string): Promise<void> {
  for (
    let folder = path;
    folder.startsWith(root + sep);
    folder = dirname(folder)
  ) {
    try {
      await Deno.remove(folder);
    } catch {
      return;
    }
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
