/** Attacks on what is stored: nothing replaces a file's bytes, and Storage copies and moves nothing. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { complete, reserve } from "../support/stored_files.ts";
import { target } from "../support/target.ts";
import { download } from "./uploading.ts";

const owner = await signUp("owner");

Deno.test("experiment: what an upsert does today", async () => {
  const { body } = await reserve(owner);
  const { bucket } = body.file;
  const path = body.signed_upload.path;
  const url = `${target.url}/storage/v1`;
  const sign = await fetch(`${url}/object/upload/sign/${bucket}/${path}`, {
    method: "POST",
    headers: { ...owner.headers, "x-upsert": "true" },
  });
  const signed = await sign.json();
  console.log("sign upsert", sign.status, JSON.stringify(signed).slice(0, 200));
  const tus = await fetch(`${url}/upload/resumable`, {
    method: "POST",
    headers: {
      ...owner.headers,
      "x-upsert": "true",
      "Tus-Resumable": "1.0.0",
      "Upload-Length": "5",
      "Upload-Metadata": `bucketName ${btoa(bucket)},objectName ${
        btoa(path)
      },contentType ${btoa("text/plain")}`,
    },
  });
  console.log("tus", tus.status, await tus.text());
  const post = await fetch(`${url}/object/${bucket}/${path}`, {
    method: "POST",
    body: "hello",
    headers: {
      ...owner.headers,
      "x-upsert": "true",
      "Content-Type": "text/plain",
    },
  });
  console.log("post upsert", post.status, await post.text());
  console.log("complete", (await complete(owner, body.file.id)).text);
  if (signed.url) {
    const put = await fetch(`${url}${signed.url}`, {
      method: "PUT",
      body: "other and more",
      headers: { "Content-Type": "text/plain" },
    });
    console.log("put signed upsert", put.status, await put.text());
    console.log("download", (await download(owner, body.file.id)).status);
  }
  assert.ok(true);
});
