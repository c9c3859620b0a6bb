/** supabase-js and tus-js-client: functions.invoke, and reservations. */
import assert from "node:assert/strict";
import type { Actor } from "../../support/actors.ts";
import { complete, reserve } from "../../support/stored_files.ts";
import { resumable } from "../resumable.ts";
import { eachOf, eachTen, type Sample } from "./samples.ts";

/** What functions.invoke gives back: the answer, or its problem. */
// deno-lint-ignore no-explicit-any -- an answer of many shapes
async function invoked(actor: Actor, body: any, headers = {}): Promise<any> {
  const { data, error } = await actor.supabase.functions.invoke("file-upload", {
    body,
    headers,
  });
  return error === null ? data : { problem: await error.context.json() };
}

/** Forms of Blobs without a type. */
export const invokeForm = (actor: Actor, samples: Sample[]) =>
  eachTen(samples, async (group) => {
    const form = new FormData();
    for (const { name, bytes } of group) {
      form.append("files", new Blob([bytes]), name);
    }
    return (await invoked(actor, form)).results;
  });

/** A body for functions.invoke that is made of a sample, and is named by a header. */
export const invokeBody =
  (bodyOf: (sample: Sample) => unknown) => (actor: Actor, samples: Sample[]) =>
    eachOf(samples, (sample) =>
      invoked(actor, bodyOf(sample), {
        "X-File-Name": encodeURIComponent(sample.name),
      }));

/** Reserves each sample as `typeOf` declares it, sends it, and completes it. */
function reserved(
  typeOf: (name: string) => string,
  send: (
    actor: Actor,
    reservation: Awaited<ReturnType<typeof reserve>>,
    sample: Sample,
  ) => Promise<void>,
) {
  return (actor: Actor, samples: Sample[]) =>
    eachOf(samples, async (sample) => {
      const reservation = await reserve(actor, {
        original_name: sample.name,
        mime_type: typeOf(sample.name) || "application/octet-stream",
        size_bytes: sample.bytes.length,
      });
      if (reservation.status !== 201) return { problem: reservation.body };
      await send(actor, reservation, sample);
      const { status, body } = await complete(actor, reservation.body.file.id);
      return status === 200 ? body : { problem: body };
    });
}

/** Without options: supabase-js declares text/plain;charset=UTF-8, whatever it sends. */
export const signedUrl = (typeOf: (name: string) => string) =>
  reserved(typeOf, async (actor, { body }, { bytes }) => {
    const { path, token } = body.signed_upload;
    const { error } = await actor.supabase.storage.from(body.file.bucket)
      .uploadToSignedUrl(path, token, bytes);
    assert.equal(error, null);
  });

export const tus = (typeOf: (name: string) => string) =>
  reserved(typeOf, async (actor, reservation, { bytes }) => {
    await resumable(reservation, bytes, { headers: actor.headers });
  });
