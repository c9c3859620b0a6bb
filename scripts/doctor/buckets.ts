/** Checks of Storage: whether it answers, and whether the buckets have the limits that the migrations set. */
import { type Check, failed, ok, type Result, skipped } from "./check.ts";
import { asPostgres } from "./database.ts";
import { asSecret, asVisitor, type Examination } from "./examination.ts";
import type { Bucket } from "./expected.ts";
import { expectStatus } from "./request.ts";

/** A row of storage.buckets. */
interface Found {
  id: string;
  public: boolean;
  file_size_limit: number | null;
  allowed_mime_types: string[] | null;
  /** Older Storage has none. */
  versioning_status?: string | null;
}

export function bucketChecks(examination: Examination): Check[] {
  const group = "Storage";
  return [
    {
      id: "storage",
      group,
      title: "Storage answers",
      needs: ["reach", "publishable-key"],
      run: () => storage(examination),
    },
    ...examination.expected.buckets.map((bucket): Check => ({
      id: `bucket:${bucket.id}`,
      group,
      title: `Bucket ${bucket.id}`,
      needs: ["storage"],
      run: () => checkBucket(examination, bucket),
    })),
  ];
}

async function storage({ ask, target }: Examination): Promise<Result> {
  const answer = await ask("/storage/v1/bucket", {
    headers: asVisitor(target),
  });
  expectStatus(
    answer,
    "Storage does not list its buckets",
    [200],
    "Storage is down or starting: look at its health in the dashboard, or at its container.",
  );
  return ok("");
}

async function checkBucket(
  examination: Examination,
  expected: Bucket,
): Promise<Result> {
  const rows = await bucketRows(examination);
  if (rows === null) {
    return skipped("needs a secret key or a connection as postgres");
  }
  const found = rows.find(({ id }) => id === expected.id);
  const apply =
    "The migration 20261123090400_storage makes it: apply it again with SUPABASE_DB_URL and psql, or create " +
    `the bucket ${expected.id} in the dashboard: private, ${expected.maxBytes} bytes, ${
      expected.types.join(", ")
    }.`;
  if (found === undefined) return failed("It does not exist.", apply);
  if (found.public) {
    return failed(
      "It is public: anybody who knows or guesses a path reads the file without a token.",
      `Make it private now: update storage.buckets set public = false where id = '${expected.id}';`,
    );
  }
  if (Number(found.file_size_limit) !== expected.maxBytes) {
    return failed(
      `Its size limit is ${
        found.file_size_limit ?? "none"
      }, not ${expected.maxBytes} bytes.`,
      `update storage.buckets set file_size_limit = ${expected.maxBytes} where id = '${expected.id}';`,
    );
  }
  const types = [...found.allowed_mime_types ?? []].sort().join(", ");
  const wanted = [...expected.types].sort().join(", ");
  if (types !== wanted) {
    return failed(
      `It takes ${types || "every type"}, not ${wanted}.`,
      `Set its allowed MIME types in the dashboard to ${
        expected.types.join(", ")
      }.`,
    );
  }
  const versioning = found.versioning_status ?? "DISABLED";
  if (versioning !== "DISABLED") {
    return failed(
      "It keeps versions of its objects, so the bytes of deleted files stay and the sweep never finishes.",
      "Versioning cannot be switched off once it was on. Copy the objects out, create the bucket again without versioning, and " +
        "copy them back: docs/how-to/deploy.md, Backups.",
    );
  }
  return ok(`private, ${expected.maxBytes / 1024 / 1024} MiB`);
}

async function bucketRows(examination: Examination): Promise<Found[] | null> {
  const { target, ask, facts } = examination;
  if (facts.hasSecretKey) {
    const answer = await ask("/storage/v1/bucket", {
      headers: asSecret(target),
    });
    if (answer.status === 200 && Array.isArray(answer.json)) return answer.json;
  }
  if (target.dbUrl === undefined) return null;
  return await asPostgres(
    examination,
    (sql) =>
      sql<Found[]>`
        select id, public, file_size_limit, allowed_mime_types, to_jsonb(b) ->> 'versioning_status' as versioning_status
        from storage.buckets b
      `,
  );
}
