import assert from "node:assert/strict";
import { type Actor, signUp } from "../support/actors.ts";
import {
  type Fault,
  type FaultyProject,
  faultyProject,
  never,
} from "../support/fault_proxy.ts";
import { type Answer, request } from "../support/http.ts";
import { assertProblem } from "../support/problems.ts";
import {
  assertConsistent,
  kept,
  maintenance,
  put,
  reserve,
  storedFile,
  sweepAll,
  unique,
} from "../support/stored_files.ts";
import { text } from "./uploading.ts";

/** More than any buffer on the way holds. */
const big = () => unique("x".repeat(3 * 1024 * 1024));

function send(
  actor: Actor,
  project: FaultyProject,
  body: BodyInit = big(),
): Promise<Answer> {
  const headers = { "Content-Type": "text/plain", "X-File-Name": "a.txt" };
  return request(actor, "file-upload", { at: project.at, body, headers });
}

/** Asserts that nothing of `owner`'s is left once what was unfinished is swept. */
async function assertNothing(owner: Actor & { id: string }): Promise<void> {
  await sweepAll({ pending_seconds: 0 });
  const { rows, objects, bytes_used } = await assertConsistent(owner.id);
  assert.deepEqual({ rows, objects, bytes_used }, {
    rows: [],
    objects: [],
    bytes_used: 0,
  });
}

const on =
  (path: string, answer: () => Response | Promise<Response>): Fault =>
  (passing) =>
    `${passing.method} ${passing.path}`.startsWith(path) ? answer() : null;

const uploading = "POST /storage/v1/object/user-files/";
const downloading = "GET /storage/v1/object/authenticated/";

const storageFails: Record<string, () => Response | Promise<Response>> = {
  "answers 500": () =>
    Response.json({ statusCode: "500", error: "Internal", message: "no" }, {
      status: 500,
    }),
  "answers 503 as a 400": () =>
    Response.json({ statusCode: "503", error: "Busy", message: "no" }, {
      status: 400,
    }),
  "answers a page of HTML": () =>
    new Response("<html>Bad gateway</html>", { status: 502 }),
  "answers 200 with a page of HTML": () => new Response("<html>Hi</html>"),
  "answers nothing": () => never(),
};

for (const [what, answer] of Object.entries(storageFails)) {
  Deno.test(`an upload to a Storage that ${what} is 503 and leaves nothing`, async () => {
    const owner = await signUp("owner");
    await using project = await faultyProject("file-upload");
    project.fail(on(uploading, answer));
    assertProblem(await send(owner, project), 503, "unavailable");
    assert.equal((await kept(owner.id)).bytes_used, 0, "before any sweep");
    await assertNothing(owner);
  });

  Deno.test(`a download from a Storage that ${what} is 503`, async () => {
    const owner = await signUp("owner");
    const file = await storedFile(owner);
    await using project = await faultyProject("file-download");
    project.fail(on(downloading, answer));
    const down = await request(owner, `file-download/${file.id}`, {
      at: project.at,
    });
    assertProblem(down, 503, "unavailable");
    assert.equal(down.headers.get("Retry-After"), "2");
  });
}

Deno.test("a reservation that Storage does not sign gives its quota back", async () => {
  const owner = await signUp("owner");
  await using project = await faultyProject("file-upload");
  project.fail(on("POST /storage/v1/object/upload/sign/", () => never()));
  const answer = await request(owner, "file-upload/reservations", {
    at: project.at,
    json: {
      original_name: "a.txt",
      mime_type: "text/plain",
      size_bytes: 1000,
    },
  });
  assertProblem(answer, 503, "unavailable");
  assert.equal((await kept(owner.id)).bytes_used, 0);
  await assertNothing(owner);
});

Deno.test("an upload whose database is gone at completion is 503 and leaves nothing", async () => {
  const owner = await signUp("owner");
  await using project = await faultyProject("file-upload");
  let isGone = false;
  project.fail(({ path }) => {
    isGone ||= path.endsWith("/complete_file");
    return isGone && path.startsWith("/rest/")
      ? Response.json({ code: "PGRST001", message: "no" }, { status: 503 })
      : null;
  });
  assertProblem(await send(owner, project), 503, "unavailable");
  assert.equal((await kept(owner.id)).objects.length, 1);
  await assertNothing(owner);
});

Deno.test("a file whose completion was committed stays, though its answer was lost", async () => {
  const owner = await signUp("owner");
  await using project = await faultyProject("file-upload");
  project.fail(({ path, forward }) =>
    path.endsWith("/complete_file")
      ? forward().then(() => new Response("lost", { status: 502 }))
      : null
  );
  const content = unique("committed");
  assertProblem(await send(owner, project, content), 503, "unavailable");
  // Another upload may have been answered with that file in the meantime.
  const again = await request(owner, "file-upload", {
    body: content,
    headers: { "Content-Type": "text/plain", "X-File-Name": "a.txt" },
  });
  assert.equal(again.status, 200, again.text);
  await sweepAll({ pending_seconds: 0 });
  const { rows } = await assertConsistent(owner.id);
  assert.deepEqual(rows.map(({ id }) => id), [again.body.file.id]);
});

Deno.test("a client that goes away in the middle of an upload leaves nothing", async () => {
  const owner = await signUp("owner");
  await using project = await faultyProject("file-upload");
  const sending = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  project.fail(({ method, path }) => {
    if (`${method} ${path}`.startsWith(uploading)) sending.resolve();
    if (path.endsWith("/abandon_file")) gone.resolve();
    return null;
  });
  const client = new AbortController();
  const endless = new ReadableStream({
    pull: (body) => body.enqueue(text(64 * 1024)),
  });
  const answer = fetch(`${project.at.url}/functions/v1/file-upload`, {
    method: "POST",
    headers: { ...owner.headers, "Content-Type": "text/plain" },
    body: endless,
    signal: client.signal,
  });
  await sending.promise;
  client.abort();
  await assert.rejects(answer);
  await gone.promise;
  await assertNothing(owner);
});

Deno.test("a client that drops a download ends the read from Storage", async () => {
  const owner = await signUp("owner");
  const file = await storedFile(owner, { content: big() });
  await using project = await faultyProject("file-download");
  const released = Promise.withResolvers<void>();
  const endless = () =>
    new Response(
      new ReadableStream({
        pull: (body) => body.enqueue(new Uint8Array(65536)),
        cancel: () => released.resolve(),
      }),
    );
  project.fail(on(downloading, endless));
  const client = new AbortController();
  const down = await fetch(
    `${project.at.url}/functions/v1/file-download/${file.id}`,
    { headers: owner.headers, signal: client.signal },
  );
  await down.body?.getReader().read();
  client.abort();
  await released.promise;
});

Deno.test("a download that Storage breaks off breaks off, and never ends as if it were whole", async () => {
  const owner = await signUp("owner");
  const file = await storedFile(owner, { content: big() });
  await using project = await faultyProject("file-download");
  // Streamed, so that its length is not told in advance.
  const short = () => new Response(new Blob(["x".repeat(1000)]).stream());
  project.fail(on(downloading, short));
  await assert.rejects(
    request(owner, `file-download/${file.id}`, { at: project.at }),
  );
});

Deno.test("a sweep waits for a Storage that takes its time to remove many objects", async () => {
  const owner = await signUp("owner");
  await using project = await faultyProject("file-upload");
  let slow = 0;
  // Longer than an upload or a download may be silent here, which is 1.5 s.
  project.fail(({ method, path, forward }) => {
    if (method !== "DELETE" || !path.startsWith("/storage/v1/object/")) {
      return null;
    }
    slow++;
    return new Promise((resolve) => setTimeout(resolve, 3000)).then(forward);
  });
  await put(await reserve(owner), "hello");
  const answer = await request(maintenance, "file-upload/_/sweep", {
    json: { pending_seconds: 0, max_objects: 1000 },
    at: project.at,
  });
  assert.equal(answer.status, 200, answer.text);
  assert.ok(slow > 0);
});

Deno.test("a token that expires during an upload: the problem names the file, which a new token completes", async () => {
  const owner = await signUp("expiring");
  await using project = await faultyProject("file-upload");
  project.fail(
    on(
      "POST /rest/v1/rpc/complete_file",
      () =>
        Response.json({ code: "PGRST303", message: "JWT expired" }, {
          status: 401,
        }),
    ),
  );
  const answer = await send(owner, project, unique("expired"));
  assertProblem(answer, 401, "invalid_token");
  assert.equal(answer.body.is_stored, true);
  assert.match(answer.body.detail, /complete/);
  const completed = await request(
    owner,
    `file-upload/${answer.body.file_id}/complete`,
    { method: "POST" },
  );
  assert.equal(completed.status, 200, completed.text);
  assert.equal(completed.body.file.status, "ready");
});
