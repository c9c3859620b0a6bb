/** What the clients of a run did with files and were told, as the check looks at it. Times are by performance.now(). */
import type { Report } from "../report.ts";

/** A change that somebody asked for. */
export interface Asked {
  startedAt: number;
  /** When it was known to be done; null if nobody was told. */
  doneAt: number | null;
}

/** A file that somebody was told is ready. */
export interface KnownFile {
  id: string;
  owner: string;
  bytes: Uint8Array;
  firstName: string;
  /** When somebody was first told. */
  toldAt: number;
  /** When the newest upload of it began that was told: its time without a link starts no earlier. */
  askedAt: number;
  deletions: Asked[];
  renames: (Asked & { name: string })[];
}

/** A link of a file to a conversation. */
export interface KnownLink {
  file: string;
  conversation: string;
  doneAt: number | null;
}

/** Bytes that somebody sent, however that ended. */
export interface Upload {
  number: number;
  owner: string;
  name: string;
  bytes: Uint8Array;
  /** Whether no other upload has these bytes. */
  isUnique: boolean;
  /** `refused`: the API said that nothing was stored. */
  outcome: "done" | "refused" | "unknown";
  code?: string;
}

/** How long sweeps leave a file without a link. */
export const UNLINKED_SECONDS = 8;

export class Files {
  readonly files = new Map<string, KnownFile>();
  readonly uploads: Upload[] = [];
  readonly links: KnownLink[] = [];
  /** By `<file> <conversation>`. */
  readonly unlinks = new Set<string>();
  /** Conversations that somebody asked to delete. */
  readonly deletedConversations = new Set<string>();
  /** When sweeps ended that remove files without a link; one that nobody was told of may go on. */
  readonly hardSweeps: { endedAt: number }[] = [];

  constructor(readonly report: Report) {}

  /** Takes in that a file is ready, with these bytes. */
  ready(
    file: {
      id: string;
      owner_id: string;
      original_name: string;
      size_bytes: number;
      status: string;
    },
    bytes: Uint8Array,
    askedAt: number,
    toldAt: number,
  ): KnownFile {
    const known = this.files.get(file.id);
    const wrong = (detail: string) =>
      this.report.anomaly({
        kind: "answer",
        detail: `${detail} (${file.id}).`,
        excerpt: [file],
      });
    if (file.size_bytes !== bytes.length || file.status !== "ready") {
      wrong(
        `A file of ${bytes.length} bytes was answered as ${file.status} with ${file.size_bytes}`,
      );
    }
    if (known !== undefined) {
      if (!isSame(known.bytes, bytes)) {
        wrong("An upload was answered with a file of other bytes");
      }
      if (
        known.deletions.some(({ doneAt }) =>
          doneAt !== null && doneAt < askedAt
        )
      ) {
        wrong("An upload was answered with a file that was deleted before");
      }
      known.askedAt = Math.max(known.askedAt, askedAt);
      return known;
    }
    const fresh: KnownFile = {
      id: file.id,
      owner: file.owner_id,
      bytes,
      firstName: file.original_name,
      toldAt,
      askedAt,
      deletions: [],
      renames: [],
    };
    this.files.set(file.id, fresh);
    return fresh;
  }

  /** Whether a file must be there for whoever asks after `at`. */
  mustBeThere(file: KnownFile, at = Infinity): boolean {
    if (file.deletions.length > 0 || file.toldAt > at) return false;
    const mayBeSwept = this.hardSweeps.some(({ endedAt }) =>
      Math.min(endedAt, at, performance.now()) - file.askedAt >
        UNLINKED_SECONDS * 1000
    );
    return !mayBeSwept ||
      this.links.some((link) =>
        link.file === file.id && this.mustBeLinked(link, at)
      );
  }

  /** Whether a link that was told cannot have been taken away by anybody. */
  mustBeLinked(
    { file, conversation, doneAt }: KnownLink,
    at = Infinity,
  ): boolean {
    return doneAt !== null && doneAt < at &&
      !this.unlinks.has(`${file} ${conversation}`) &&
      !this.deletedConversations.has(conversation) &&
      (this.files.get(file)?.deletions.length ?? 0) === 0;
  }

  /** The names that a file may have by now. */
  namesOf({ firstName, renames }: KnownFile): Set<string> {
    const told = renames.filter(({ doneAt }) => doneAt !== null);
    const possible = renames.filter(({ doneAt }) =>
      !told.some((later) => doneAt !== null && later.startedAt > doneAt)
    );
    return new Set([
      ...told.length === 0 ? [firstName] : [],
      ...possible.map(({ name }) => name),
    ]);
  }
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
