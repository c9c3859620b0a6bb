/** Exports everything that an account has. */
import type { Continuum, Conversation, StoredFile } from "../../src/index.ts";
import type { Chunks, Target } from "./targets.ts";

export interface ExportOptions {
  continuum: Continuum;
  target: Target;
  /** Also conversations of others that are shared with the account. */
  shared: boolean;
  signal?: AbortSignal | undefined;
  onProgress(counts: ExportCounts): void;
  /** Told of what is gone by the time it is read, or not stored yet. */
  onSkip(what: string, reason: string): void;
}

export interface ExportCounts {
  conversations: number;
  files: number;
  /** Those that an earlier export into the same folder has as they are. */
  unchanged: number;
}

export async function exportAccount(
  options: ExportOptions,
): Promise<ExportCounts> {
  const { target, signal, onProgress } = options;
  const counts: ExportCounts = { conversations: 0, files: 0, unchanged: 0 };
  const conversations = await conversationsOf(options);
  // Files come first, since messages refer to them.
  const files = await filesOf(options, conversations);
  const stored: StoredFile[] = [];
  for (const file of files) {
    if (await target.hasFile(file)) counts.unchanged++;
    else if (!await exportFile(options, file)) continue;
    counts.files++;
    stored.push(file);
    onProgress(counts);
  }
  await target.files(stored);
  for (const conversation of conversations) {
    if (await target.hasConversation(conversation)) counts.unchanged++;
    else {
      const lines = await options.continuum.conversation(conversation.id)
        .export({ signal }).stream();
      await target.conversation(conversation, chunksOf(lines));
    }
    counts.conversations++;
    onProgress(counts);
  }
  await target.end({
    conversations: counts.conversations,
    files: counts.files,
  });
  return counts;
}

async function conversationsOf(
  { continuum, shared, signal }: ExportOptions,
): Promise<Conversation[]> {
  const found: Conversation[] = [];
  for (const archived of [false, true]) {
    for await (
      const conversation of continuum.list({ archived, limit: 100, signal })
    ) {
      if (shared || conversation.access === "owner") found.push(conversation);
    }
  }
  return found;
}

/** The account's files, and those of others that its conversations link. */
async function filesOf(
  { continuum, signal, onSkip }: ExportOptions,
  conversations: Conversation[],
): Promise<Iterable<StoredFile>> {
  const found = new Map<string, StoredFile>();
  const add = (file: StoredFile) => {
    if (file.status === "ready") found.set(file.id, file);
    else if (file.status === "pending") {
      onSkip(file.original_name, "Its upload has not been completed.");
    }
  };
  for await (const file of continuum.files.list({ limit: 100, signal })) {
    add(file);
  }
  for (const { id } of conversations) {
    const linked = continuum.files
      .list({ conversation: id, limit: 100, signal });
    for await (const file of linked) if (!found.has(file.id)) add(file);
  }
  return found.values();
}

async function exportFile(
  { continuum, target, signal, onSkip }: ExportOptions,
  file: StoredFile,
): Promise<boolean> {
  const { body, status } = await continuum.files.download(file.id, { signal })
    .catch((error) => {
      if (error.code === "not_found") {
        return new Response(null, { status: 404 });
      }
      throw error;
    });
  if (status === 404) {
    onSkip(file.original_name, "It was deleted while the export ran.");
    return false;
  }
  let size = 0;
  const counted = async function* () {
    for await (const chunk of chunksOf(body ?? new Blob().stream())) {
      size += chunk.length;
      yield chunk;
    }
    if (size !== file.size_bytes) {
      throw new Error(
        `${file.original_name} ended after ${size} of ${file.size_bytes} bytes. Export again to go on.`,
      );
    }
  };
  await target.file(file, counted());
  return true;
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): Chunks {
  const reader = stream.getReader();
  let isOver = false;
  try {
    while (!isOver) {
      const { done, value } = await reader.read();
      isOver = done;
      if (value !== undefined) yield value;
    }
  } finally {
    if (!isOver) await reader.cancel().catch(() => {});
  }
}
