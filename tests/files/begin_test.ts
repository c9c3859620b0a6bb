/** How an upload begins: what a small file saves, and what its first call promises. */
import assert from "node:assert/strict";
import type { TransactionSql } from "npm:postgres@3.4.9";
import { cast, signUp } from "../support/actors.ts";
import { asUser } from "../support/as_user.ts";
import { faultyProject, type Passing } from "../support/fault_proxy.ts";
import { append, fresh, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import { share } from "../support/sharing.ts";
import { withSql } from "../support/sql.ts";
import {
  assertConsistent,
  kept,
  reserve,
  storedFile,
  sweepAll,
  unique,
  upload,
} from "../support/stored_files.ts";
import { leftBy, nothing, sha256, text } from "./uploading.ts";

const { owner, viewer, stranger } = await cast();

const SMALL = 100 * 1024;
const LARGE = 3 * 1024 * 1024;

/** Notes what passes: `begin_upload`, `POST storage` and so on. */
function noting(steps: string[]): (passing: Passing) => null {
  return ({ method, path }) => {
    steps.push(
      path.startsWith("/storage/")
        ? `${method} storage`
        : path.split("/").at(-1) ?? "",
    );
    return null;
  };
}

const chunked = (bytes: Uint8Array<ArrayBuffer>) => new Blob([bytes]).stream();

const headers = { "Content-Type": "text/plain", "X-File-Name": "a.txt" };

for (
  const [what, body] of [
    ["of a known size", text(SMALL)],
    ["of an unknown size", chunked(text(SMALL))],
    ["without a byte", ""],
  ] as const
) {
  Deno.test(`a small file ${what} takes two calls of the database and one of Storage`, async () => {
    const actor = await signUp("steps");
    await using project = await faultyProject("file-upload");
    const steps: string[] = [];
    project.fail(noting(steps));
    const answer = await request(actor, "file-upload", {
      at: project.at,
      headers,
      body,
    });
    assert.equal(answer.status, 201, answer.text);
    assert.deepEqual(steps, ["begin_upload", "POST storage", "complete_file"]);
  });
}

Deno.test("a file that the caller has is answered by one call, linked, and counted once", async () => {
  const actor = await signUp("again");
  const { id } = (await append(actor, fresh("again"), ["hello"])).body
    .conversation;
  await share(id, viewer, "viewer");
  const content = text(SMALL);
  const first = await storedFile(actor, { content });
  await using project = await faultyProject("file-upload");
  const steps: string[] = [];
  project.fail(noting(steps));
  const again = await request(
    actor,
    `file-upload?continuation_id=${id}`,
    { at: project.at, headers, body: content },
  );
  assert.equal(again.status, 200, again.text);
  assert.deepEqual(again.body, { file: first, deduplicated: true });
  assert.deepEqual(steps, ["begin_upload"]);
  const down = await request(viewer, `file-download/${first.id}/metadata`);
  assert.equal(down.status, 200, down.text);
  assert.deepEqual(await leftBy(actor), {
    files: 1,
    objects: 1,
    used: SMALL,
    sum: SMALL,
  });
});

Deno.test("a file that the caller has counts as used when it is uploaded again: the sweep lets it live on", async () => {
  const actor = await signUp("used");
  const content = unique("used");
  const { id } = await storedFile(actor, { content });
  await withSql((sql) =>
    sql`update continuum.unlinked_files set unlinked_at = now() - interval '2 hours' where file_id = ${id}`
  );
  assert.equal((await upload(actor, { content })).status, 200);
  await sweepAll({ unlinked_seconds: 3600 });
  assert.deepEqual((await kept(actor.id)).rows.map((row) => row.id), [id]);
});

Deno.test("a file that the caller has is not linked to a conversation that they may not write to", async () => {
  const content = unique("linked");
  await storedFile(owner, { content });
  const { id } = (await append(stranger, fresh("foreign"), ["hello"])).body
    .conversation;
  const query = `continuation_id=${id}`;
  assertProblem(await upload(owner, { content, query }), 404, "not_found");
  await share(id, owner, "viewer");
  assertProblem(await upload(owner, { content, query }), 403, "read_only");
});

Deno.test("metadata is checked for a file that the caller has, too", async () => {
  const content = unique("metadata");
  await storedFile(owner, { content });
  const query = `metadata=${encodeURIComponent("[1]")}`;
  assertProblem(
    await upload(owner, { content, query }),
    422,
    "validation_failed",
  );
});

Deno.test("who names the digest of another's bytes is told nothing of them", async () => {
  const content = unique("secret");
  await storedFile(owner, { content });
  const { data } = await stranger.supabase.rpc("begin_upload", {
    bucket: "user-files",
    original_name: "a.txt",
    mime_type: "text/plain",
    sha256: sha256(new TextEncoder().encode(content)),
  });
  const { file } = JSON.parse(data);
  assert.equal(file.owner_id, stranger.id);
  assert.equal(file.status, "pending");
});

Deno.test("a file that is being deleted is not the answer to an upload of its bytes", async () => {
  const actor = await signUp("deleting");
  const content = unique("deleting");
  const { id } = await storedFile(actor, { content });
  let uploading: ReturnType<typeof upload> | undefined;
  await asUser(actor, async (tx) => {
    await tx`select public.delete_file(${id})`;
    uploading = upload(actor, { content });
    await waitingFor(tx);
  });
  const answer = await uploading!;
  assert.equal(answer.status, 201, answer.text);
  assert.notEqual(answer.body.file.id, id);
  await sweepAll();
  const { rows } = await assertConsistent(actor.id);
  assert.deepEqual(rows.map((row) => [row.id, row.status]), [
    [answer.body.file.id, "ready"],
  ]);
});

Deno.test("a large upload whose bytes turn out to be known, and are deleted before they can be its answer, is stored", async () => {
  const actor = await signUp("known");
  const content = text(LARGE);
  const { id } = await storedFile(actor, { content });
  let uploading: ReturnType<typeof upload> | undefined;
  await asUser(actor, async (tx) => {
    await tx`
      select from continuum.file_contents c
      where c.id = (select f.content_id from continuum.files f where f.id = ${id})
      for no key update
    `;
    uploading = upload(actor, { content });
    await waitingFor(tx);
    await tx`select public.delete_file(${id})`;
  });
  const answer = await uploading!;
  assert.equal(answer.status, 201, answer.text);
  await sweepAll();
  const { rows } = await assertConsistent(actor.id);
  assert.deepEqual(rows.map((row) => [row.id, row.status]), [
    [answer.body.file.id, "ready"],
  ]);
});

/** Resolves once another transaction waits for a lock of `tx`. */
async function waitingFor(tx: TransactionSql): Promise<void> {
  for (let look = 0; look < 400; look++) {
    const [row] = await tx`
      select exists (
        select from pg_locks l
        where not l.granted and pg_backend_pid() = any (pg_blocking_pids(l.pid))
      ) as is_waiting
    `;
    if (row?.is_waiting) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("No upload has come to wait for the deletion.");
}

Deno.test("a small file that breaks off has begun nothing", async () => {
  const actor = await signUp("short");
  await using project = await faultyProject("file-upload");
  const steps: string[] = [];
  project.fail(noting(steps));
  const { hostname, port, pathname } = new URL(
    `${project.functionUrl}/file-upload`,
  );
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const head = Object.entries({
    Host: `${hostname}:${port}`,
    Connection: "close",
    ...actor.headers,
    ...headers,
    "Content-Length": String(SMALL),
  }).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  await connection.write(
    new TextEncoder().encode(`POST ${pathname} HTTP/1.1\r\n${head}\r\nhello`),
  );
  await connection.closeWrite();
  const answer = await new Response(connection.readable).text();
  assert.match(answer, /^HTTP\/1\.1 400 /);
  assert.deepEqual(steps, []);
  assert.deepEqual((await kept(actor.id)).rows, []);
});

Deno.test("a wrong Repr-Digest of a small file has begun nothing", async () => {
  const actor = await signUp("digest");
  await using project = await faultyProject("file-upload");
  const steps: string[] = [];
  project.fail(noting(steps));
  const answer = await request(actor, "file-upload", {
    at: project.at,
    headers: { ...headers, "Repr-Digest": `sha-256=:${"A".repeat(43)}=:` },
    body: text(SMALL),
  });
  assertProblem(answer, 422, "digest_mismatch");
  assert.deepEqual(steps, []);
});

/** What a database that crashed has lost, or what the owner has done, once the upload's row was there. */
async function onceBegun(
  size: number,
  meanwhile: (file: { id: string }) => Promise<unknown>,
) {
  const actor = await signUp("begun");
  await using project = await faultyProject("file-upload");
  project.fail(({ path, forward }) =>
    path.endsWith("/begin_upload")
      ? forward().then(async (response) => {
        const answer = await response.text();
        await meanwhile(JSON.parse(JSON.parse(answer)).file);
        return new Response(answer, response);
      })
      : null
  );
  const answer = await request(actor, "file-upload", {
    at: project.at,
    headers,
    body: text(size),
  });
  await sweepAll();
  assert.deepEqual(await leftBy(actor), nothing);
  return answer;
}

for (const [what, size] of [["small", SMALL], ["large", LARGE]] as const) {
  Deno.test(`a ${what} upload whose row a crash of the database has taken is 503 and leaves nothing`, async () => {
    const answer = await onceBegun(
      size,
      ({ id }) =>
        withSql((sql) =>
          sql`delete from continuum.file_contents where id = ${id}`
        ),
    );
    assertProblem(answer, 503, "unavailable");
  });

  Deno.test(`a ${what} upload whose file is deleted meanwhile is 404 and leaves nothing`, async () => {
    const answer = await onceBegun(
      size,
      ({ id }) =>
        withSql((sql) =>
          sql`update continuum.files set status = 'deleted' where id = ${id}`
        ),
    );
    assertProblem(answer, 404, "not_found");
  });
}

Deno.test("what the caller is told to be kept is on disk first: only the row of bytes to come is not waited for", async () => {
  const actor = await signUp("durable");
  const content = unique("durable");
  const stored = await storedFile(actor, { content });
  const pending = (await reserve(actor)).body.file;
  const waits = (name: string, args: Record<string, string>) =>
    asUser(actor, async (tx) => {
      const list = Object.keys(args).map((key, index) =>
        `${key} => $${index + 1}`
      );
      await tx.unsafe(
        `select public.${name}(${list.join(", ")})`,
        Object.values(args),
      );
      const [row] = await tx`
        select current_setting('synchronous_commit') as setting
      `;
      return row?.setting !== "off";
    });
  const file = {
    bucket: "user-files",
    original_name: "a.txt",
    mime_type: "text/plain",
  };
  const { sha256: digest } = stored;
  assert.equal(await waits("begin_upload", file), false);
  assert.equal(await waits("begin_upload", { ...file, sha256: digest }), true);
  assert.equal(await waits("reserve_file", file), true);
  assert.equal(
    await waits("grow_file", { file_id: pending.id, size_bytes: "6" }),
    false,
  );
  assert.equal(await waits("abandon_file", { file_id: pending.id }), true);
  assert.equal(await waits("delete_file", { file_id: stored.id }), true);
});
