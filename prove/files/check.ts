/** Rows, links, usage and bytes on disk agree with each other, and with what the clients were told. */
import type { Anomaly } from "../report.ts";
import { sha256 } from "./content.ts";
import type { Files } from "./history.ts";
import type { Stored, StoredContent } from "./stored.ts";

/** What holds at any time, once nothing is on its way. */
export function* check(files: Files, stored: Stored): Generator<Anomaly> {
  yield* checkFiles(files, stored);
  yield* checkUploads(files, stored);
  yield* checkLinks(files, stored);
  yield* checkContents(stored);
  yield* checkUsage(stored);
}

/** What holds after a sweep that gives up what is pending, besides. */
export function* checkSwept(stored: Stored): Generator<Anomaly> {
  const pending = [...stored.files.values()].filter(({ status }) =>
    status === "pending"
  );
  if (pending.length > 0) {
    yield {
      kind: "unswept",
      detail: `${pending.length} pending files are left.`,
      excerpt: pending.slice(0, 3),
    };
  }
  const deleted = [...stored.files.values(), ...stored.contents].filter((
    { status },
  ) => status === "deleted");
  if (deleted.length > 0) {
    yield {
      kind: "unswept",
      detail: `${deleted.length} deleted rows are left.`,
      excerpt: deleted.slice(0, 3),
    };
  }
  const contents = new Map(
    stored.contents.map((
      content,
    ) => [`${content.bucket}/${content.path}`, content]),
  );
  for (const { bucket, path, version } of stored.objects) {
    if (!contents.has(`${bucket}/${path}`)) {
      yield {
        kind: "stray object",
        detail: `No row names the object ${bucket}/${path}.`,
      };
    }
    if (!stored.disk.has(`${bucket}/${path}/${version}`)) {
      yield {
        kind: "lost bytes",
        detail: `The object ${bucket}/${path} has no bytes.`,
      };
    }
  }
  const versions = new Set(
    stored.objects.map(({ bucket, path, version }) =>
      `${bucket}/${path}/${version}`
    ),
  );
  for (const path of stored.disk.keys()) {
    if (!versions.has(path)) {
      yield {
        kind: "stray bytes",
        detail: `No object has the bytes at ${path}.`,
      };
    }
  }
}

function* checkFiles(files: Files, stored: Stored): Generator<Anomaly> {
  const contents = new Map(
    stored.contents.map((content) => [content.id, content]),
  );
  for (const known of files.files.values()) {
    const row = stored.files.get(known.id);
    const excerpt = [
      { ...known, bytes: known.bytes.length },
      ...files.links.filter(({ file }) => file === known.id),
      row,
    ];
    if (row?.status !== "ready") {
      if (files.mustBeThere(known)) {
        yield {
          kind: "lost",
          detail: `${known.id} was told to be ready and is ${
            row?.status ?? "gone"
          }.`,
          excerpt,
        };
      }
      continue;
    }
    if (known.deletions.some(({ doneAt }) => doneAt !== null)) {
      yield {
        kind: "undeleted",
        detail: `${known.id} is ready after its deletion was told.`,
        excerpt,
      };
    }
    const content = contents.get(row.content);
    if (
      content?.size !== known.bytes.length ||
      (content.sha256 !== null && content.sha256 !== sha256(known.bytes))
    ) {
      yield {
        kind: "bytes",
        detail: `${known.id} is recorded with other bytes.`,
        excerpt: [...excerpt, content],
      };
    }
    const names = files.namesOf(known);
    if (!names.has(row.name)) {
      yield {
        kind: "name",
        detail: `${known.id} is called ${row.name}, and was told ${[
          ...names,
        ]}.`,
        excerpt,
      };
    }
  }
}

/** An upload is there once, however often it was sent, and not at all if it was refused. */
function* checkUploads(files: Files, stored: Stored): Generator<Anomaly> {
  const ready = new Map<string, number>();
  const contents = new Map(
    stored.contents.map((content) => [content.id, content]),
  );
  for (const { status, content, owner } of stored.files.values()) {
    const digest = contents.get(content)?.sha256;
    if (status !== "ready" || digest == null) continue;
    ready.set(`${owner} ${digest}`, (ready.get(`${owner} ${digest}`) ?? 0) + 1);
  }
  for (
    const { number, owner, name, bytes, isUnique, outcome, code } of files
      .uploads
  ) {
    if (!isUnique) continue;
    const count = ready.get(`${owner} ${sha256(bytes)}`) ?? 0;
    if (count > 1) {
      yield {
        kind: "doubled",
        detail:
          `Upload ${number} (${name}, ${outcome}) is there ${count} times.`,
      };
    } else if (count > 0 && outcome === "refused") {
      yield {
        kind: "refused but stored",
        detail:
          `Upload ${number} (${name}) was refused with ${code} and is there.`,
      };
    }
  }
}

function* checkLinks(files: Files, stored: Stored): Generator<Anomaly> {
  const there = new Set(
    stored.links.map(({ file, conversation }) => `${file} ${conversation}`),
  );
  for (const link of files.links) {
    if (
      files.mustBeLinked(link) &&
      !there.has(`${link.file} ${link.conversation}`)
    ) {
      yield {
        kind: "lost link",
        detail: `${link.file} was told to be linked to ${link.conversation}.`,
        excerpt: [link],
      };
    }
  }
}

/** A ready content has its object, of its size and version, with its bytes; and no two have the same bytes. */
function* checkContents(stored: Stored): Generator<Anomaly> {
  const objects = new Map(
    stored.objects.map((object) => [`${object.bucket}/${object.path}`, object]),
  );
  const seen = new Map<string, StoredContent>();
  for (
    const content of stored.contents.filter(({ status }) => status === "ready")
  ) {
    const path = `${content.bucket}/${content.path}`;
    const object = objects.get(path);
    const onDisk = stored.disk.get(`${path}/${content.version}`);
    if (
      object === undefined || object.size !== content.size ||
      object.version !== content.version
    ) {
      yield {
        kind: "lost bytes",
        detail: `The ready content ${content.id} has no such object.`,
        excerpt: [content, object],
      };
    } else if (onDisk !== content.size) {
      yield {
        kind: "lost bytes",
        detail:
          `${path} has ${onDisk} bytes on disk, and ${content.size} in its row.`,
        excerpt: [content],
      };
    }
    const names = [...stored.files.values()].filter((file) =>
      file.content === content.id && file.status === "ready"
    );
    if (names.length === 0) {
      yield {
        kind: "nameless",
        detail: `No ready file has the ready content ${content.id}.`,
        excerpt: [content],
      };
    }
    if (!content.isVerified) continue;
    const same = `${content.owner} ${content.bucket} ${content.sha256}`;
    if (seen.has(same)) {
      yield {
        kind: "doubled",
        detail: "The same bytes are stored twice.",
        excerpt: [seen.get(same), content],
      };
    }
    seen.set(same, content);
  }
}

function* checkUsage(stored: Stored): Generator<Anomaly> {
  for (const usage of stored.usage) {
    const contents = stored.contents.filter(({ owner, status }) =>
      owner === usage.owner && status !== "deleted"
    );
    const counted = {
      owner: usage.owner,
      bytes: contents.reduce((sum, { size }) => sum + size, 0),
      pending: contents.filter(({ status }) => status === "pending").length,
      files: [...stored.files.values()].filter(({ owner, status }) =>
        owner === usage.owner && status !== "deleted"
      ).length,
    };
    if (
      counted.bytes !== usage.bytes || counted.pending !== usage.pending ||
      counted.files !== usage.files
    ) {
      yield {
        kind: "usage",
        detail: `The usage of ${usage.owner} is not what there is.`,
        excerpt: [usage, counted],
      };
    }
  }
}
