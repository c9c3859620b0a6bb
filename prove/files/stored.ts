/** What the database and the disk hold of files once a run is over. */
import { join, relative } from "node:path";
import { connect } from "../../local/sql.ts";
import { removeOrphans } from "../../local/storage/cleaner.ts";
import { openDatabase } from "../../local/storage/db.ts";
import { folders } from "../../local/storage/bytes.ts";

export interface StoredFile {
  id: string;
  owner: string;
  name: string;
  status: "pending" | "ready" | "deleted";
  content: string;
}

export interface StoredContent {
  id: string;
  owner: string;
  bucket: string;
  path: string;
  size: number;
  sha256: string | null;
  isVerified: boolean;
  version: string | null;
  status: "pending" | "ready" | "deleted";
}

export interface StoredObject {
  bucket: string;
  path: string;
  version: string;
  size: number;
}

export interface Usage {
  owner: string;
  bytes: number;
  pending: number;
  files: number;
}

export interface Stored {
  files: Map<string, StoredFile>;
  contents: StoredContent[];
  objects: StoredObject[];
  links: { file: string; conversation: string }[];
  usage: Usage[];
  /** Sizes by `<bucket>/<path>/<version>`. */
  disk: Map<string, number>;
}

export async function readStored(
  dbUrl: string,
  dataDir: string,
): Promise<Stored> {
  const sql = connect(dbUrl);
  try {
    const files = await sql<StoredFile[]>`
      select id, owner_id as owner, original_name as name, status, content_id as content from continuum.files
    `;
    const contents = await sql<StoredContent[]>`
      select id, owner_id as owner, bucket, storage_path as path, size_bytes::float8 as size, sha256,
        digest_verified as "isVerified", object_version as version, status
      from continuum.file_contents
    `;
    const objects = await sql<StoredObject[]>`
      select bucket_id as bucket, name as path, version, (metadata ->> 'size')::float8 as size from storage.objects
    `;
    const links = await sql<Stored["links"]>`
      select file_id as file, conversation_id as conversation from continuum.conversation_files
    `;
    const usage = await sql<Usage[]>`
      select owner_id as owner, bytes_used::float8 as bytes, pending_used as pending, files_used as files
      from continuum.storage_usage
    `;
    return {
      files: new Map(files.map((file) => [file.id, file])),
      contents: [...contents],
      objects: [...objects],
      links: [...links],
      usage: [...usage],
      disk: await onDisk(dataDir),
    };
  } finally {
    await sql.end();
  }
}

async function onDisk(dataDir: string): Promise<Map<string, number>> {
  const { objects } = folders(join(dataDir, "files"));
  const found = new Map<string, number>();
  for await (const path of filesIn(objects)) {
    found.set(relative(objects, path), (await Deno.stat(path)).size);
  }
  return found;
}

/**
 * Has Storage remove what a crash left between its disk and its table. It leaves young files alone, which may belong to
 * an upload: nothing uploads any more, so they are made old first. Returns how many it removed.
 */
export async function cleanStorage(
  dbUrl: string,
  dataDir: string,
): Promise<number> {
  const root = join(dataDir, "files");
  const longAgo = new Date(Date.now() - 10 * 24 * 3600 * 1000);
  for await (const path of filesIn(root)) {
    await Deno.utime(path, longAgo, longAgo);
  }
  const db = openDatabase(dbUrl);
  try {
    return await removeOrphans(db, root);
  } finally {
    await db.close();
  }
}

async function* filesIn(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) yield* filesIn(path);
    else yield path;
  }
}
