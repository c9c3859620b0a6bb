/** Files by functions.invoke of supabase-js, as docs/reference/api.md shows it, and what it cannot send. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { signUp } from "../support/actors.ts";
import { assertProblem } from "../support/problems.ts";
import { storedFile } from "../support/stored_files.ts";
import { target } from "../support/target.ts";
import { leftBy, nothing, PNG, sha256 } from "./uploading.ts";

const owner = await signUp("owner");
const { functions } = owner.supabase;

/** A picture that no other test has. */
const picture = () =>
  new Uint8Array([...PNG, ...crypto.getRandomValues(new Uint8Array(16))]);

Deno.test("a File in a form keeps its name, and one that is sent as it is needs the header", async () => {
  const bytes = picture();
  const file = new File([bytes], "größe.png", { type: "image/png" });
  const form = new FormData();
  form.append("file", file);
  const { data } = await functions.invoke("file-upload", { body: form });
  assert.equal(data.results[0].file.original_name, "größe.png");
  assert.equal(data.results[0].file.sha256, sha256(bytes));

  const raw = await functions.invoke("file-upload", {
    body: file,
    headers: { "X-File-Name": encodeURIComponent("größe.png") },
  });
  assert.deepEqual(raw.data, { ...data.results[0], deduplicated: true });
});

Deno.test("an image comes down by its signed URL, and by fetch", async () => {
  const bytes = picture();
  const { id } = await storedFile(owner, {
    content: bytes,
    name: "a.png",
    type: "image/png",
  });
  const { data } = await functions.invoke(`file-download/${id}/url`, {
    method: "GET",
  });
  for (
    const response of [
      await fetch(data.url),
      await fetch(`${target.url}/functions/v1/file-download/${id}`, {
        headers: owner.headers,
      }),
    ]
  ) {
    const blob = await response.blob();
    assert.equal(blob.type, "image/png");
    assert.deepEqual(new Uint8Array(await blob.arrayBuffer()), bytes);
  }
});

for (
  const [what, bodyOf] of [
    ["a Uint8Array", (bytes: Uint8Array) => bytes],
    ["a Buffer", (bytes: Uint8Array) => Buffer.from(bytes)],
  ] as const
) {
  for (
    const headers of [
      {},
      { "X-File-Name": "photo.png" },
      { "X-File-Name": "photo.png", "Content-Type": "image/png" },
    ] as Record<string, string>[]
  ) {
    const saying = Object.values(headers).join(" as ") || "no name";
    Deno.test(`${what} with ${saying}, which functions.invoke turns into JSON, is refused in words`, async () => {
      const actor = await signUp("bytes");
      const { error } = await actor.supabase.functions.invoke("file-upload", {
        // deno-lint-ignore no-explicit-any -- what its type does not allow, and users do
        body: bodyOf(picture()) as any,
        headers,
      });
      const response: Response = error.context;
      const text = await response.text();
      const answer = {
        status: response.status,
        headers: response.headers,
        text,
        body: JSON.parse(text),
      };
      assertProblem(answer, 415, "type_mismatch");
      assert.match(answer.body.detail, /Blob, File or ArrayBuffer/);
      assert.deepEqual(await leftBy(actor), nothing);
    });
  }
}
