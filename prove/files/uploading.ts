/** Steps that bring in bytes. */
import { resumable } from "../../tests/files/resumable.ts";
import { sleep } from "../call.ts";
import type { Client } from "./client.ts";
import { bytesFor, digestOf } from "./content.ts";
import type { Upload } from "./history.ts";
import type { Step, StepKind } from "./plan.ts";

type Take = (client: Client, step: Step) => Promise<void>;

export const uploadingSteps: Partial<Record<StepKind, Take>> = {
  upload: uploadRaw,
  "upload a form": uploadForm,
  "upload by a signed URL": (client, step) =>
    uploadDirectly(client, step, putSigned),
  "upload by TUS": (client, step) => uploadDirectly(client, step, putResumably),
  "announce and give up": async (client, step) => {
    await reserve(client, step, bytesFor(client, step, client.shared.number()));
  },
};

// deno-lint-ignore no-explicit-any -- a body of the API
export type Reservation = any;

function begin(
  client: Client,
  step: Step,
  bytes: Uint8Array,
  name: string,
): Upload {
  const upload: Upload = {
    number: client.shared.number(),
    owner: client.actor.id,
    name,
    bytes,
    isUnique: !step.isCommon,
    outcome: "unknown",
  };
  client.shared.files.uploads.push(upload);
  return upload;
}

/** The conversation to link an upload to, if any, and what that may be refused for. */
function linkOf(
  client: Client,
  { second }: Step,
): { conversation: string | undefined; refusals: string[] } {
  const { conversations } = client.shared;
  if (second % 2 === 0) return { conversation: undefined, refusals: [] };
  const index = second % conversations.length;
  return {
    conversation: conversations[index],
    // It may be deleted meanwhile.
    refusals: index === conversations.length - 1 ? ["not_found"] : [],
  };
}

async function uploadRaw(client: Client, step: Step): Promise<void> {
  const { files } = client.shared;
  const number = client.shared.number();
  const bytes = bytesFor(client, step, number);
  const name = step.isCommon
    ? `common ${step.pick % 3}.txt`
    : `raw ${number} ü.txt`;
  const upload = begin(client, step, bytes, name);
  const { conversation, refusals } = linkOf(client, step);
  const isWrong = step.second % 20 === 1;
  const digest = isWrong ? digestOf(bytes.subarray(1)) : digestOf(bytes);
  const query = conversation === undefined
    ? ""
    : `?continuation_id=${conversation}`;
  // A stream has no length that is known in advance.
  const body = () =>
    step.pick % 3 === 0 ? new Blob([bytes.slice()]).stream() : bytes.slice();
  let mayBeStored = false;
  for (let n = 0; n < step.tries; n++) {
    if (n > 0) await sleep(50 * 2 ** n);
    const reply = await client.ask(step.kind, `file-upload${query}`, {
      method: "POST",
      headers: {
        "Content-Type": "text/plain",
        "X-File-Name": encodeURIComponent(name),
        ...(step.second % 5 === 1 && { "Repr-Digest": digest }),
      },
      body: body(),
      refusals: [
        ...refusals,
        ...(step.second % 5 === 1 && isWrong ? ["digest_mismatch"] : []),
      ],
    });
    if (reply.outcome === "done") {
      upload.outcome = "done";
      const file = files.ready(
        reply.body.file,
        bytes,
        reply.startedAt,
        reply.endedAt,
      );
      if (conversation !== undefined) {
        files.links.push({
          file: file.id,
          conversation,
          doneAt: reply.endedAt,
        });
      }
      return;
    }
    mayBeStored ||= reply.outcome === "unknown";
    upload.outcome = mayBeStored ? "unknown" : "refused";
    upload.code = reply.code;
    if (reply.outcome === "refused" && reply.code !== "rate_limited") return;
  }
}

async function uploadForm(client: Client, step: Step): Promise<void> {
  const { files } = client.shared;
  const parts = Array.from({ length: 1 + step.pick % 3 }, (_, n) => {
    const number = client.shared.number();
    // One part in a few is not text, and has a problem in its place.
    const isBroken = (step.second + n) % 6 === 0;
    const text = bytesFor(client, { ...step, isCommon: false }, number);
    const bytes = isBroken ? text.map((_, at) => at % 5) : text;
    return { name: `form ${number}.txt`, bytes, isBroken };
  });
  const uploads = parts.map(({ name, bytes }) =>
    begin(client, { ...step, isCommon: false }, bytes, name)
  );
  const form = new FormData();
  for (const { name, bytes } of parts) {
    form.append(
      "file",
      new Blob([bytes.slice()], { type: "text/plain" }),
      name,
    );
  }
  const reply = await client.ask(step.kind, "file-upload", {
    method: "POST",
    body: form,
  });
  if (reply.outcome !== "done") {
    for (const upload of uploads) upload.outcome = reply.outcome;
    return;
  }
  for (const [at, result] of reply.body.results.entries()) {
    const { bytes, isBroken } = parts[at]!;
    if (result.file === undefined) {
      // Storage or the database may have failed for one of them.
      uploads[at]!.outcome = isBroken ? "refused" : "unknown";
      continue;
    }
    uploads[at]!.outcome = "done";
    if (isBroken) {
      client.shared.report.anomaly({
        kind: "unlooked",
        detail: `${client.name} stored a part of a form that is not text.`,
        excerpt: [result],
      });
    }
    files.ready(result.file, bytes, reply.startedAt, reply.endedAt);
  }
}

/** Once: asked for again, it is another reservation. */
export async function reserve(
  client: Client,
  step: Step,
  bytes: Uint8Array,
): Promise<Reservation | null> {
  const { conversation, refusals } = linkOf(client, step);
  const reply = await client.ask("reserve", "file-upload/reservations", {
    json: {
      original_name: `direct ${client.shared.number()}.txt`,
      mime_type: "text/plain",
      size_bytes: bytes.length,
      ...(conversation !== undefined && { continuation_id: conversation }),
    },
    refusals,
  });
  return reply.outcome === "done" ? { ...reply.body, conversation } : null;
}

export async function putSigned(
  client: Client,
  { signed_upload }: Reservation,
  bytes: Uint8Array,
): Promise<void> {
  try {
    const response = await fetch(signed_upload.url, {
      method: "PUT",
      headers: { "Content-Type": "text/plain" },
      body: bytes.slice(),
      signal: AbortSignal.timeout(15_000),
    });
    await response.body?.cancel();
    client.shared.report.count(`put: ${response.status}`);
  } catch {
    client.shared.report.count("put: broken");
  }
}

async function putResumably(
  client: Client,
  reservation: Reservation,
  bytes: Uint8Array,
): Promise<void> {
  const upload = resumable(
    { body: reservation } as Parameters<typeof resumable>[0],
    bytes,
    {
      headers: client.actor.headers,
      chunkSize: 64 * 1024,
      ...(bytes.length > 100_000 && { stopAfter: 64 * 1024 }),
    },
  );
  const outcome = await Promise.race([
    upload.then(() => "done", () => "broken"),
    sleep(15_000).then(() => "given up"),
  ]);
  client.shared.report.count(`tus: ${outcome}`);
}

async function uploadDirectly(
  client: Client,
  step: Step,
  put: typeof putSigned,
): Promise<void> {
  const { files } = client.shared;
  const bytes = bytesFor(
    client,
    { ...step, isCommon: false },
    client.shared.number(),
  );
  const reservation = await reserve(client, step, bytes);
  if (reservation === null) return;
  const upload = begin(
    client,
    { ...step, isCommon: false },
    bytes,
    reservation.file.original_name,
  );
  await put(client, reservation, bytes);
  const reply = await client.askOften(
    step,
    `file-upload/${reservation.file.id}/complete`,
    {
      method: "POST",
      // The bytes may be lost, or a sweep may have given the reservation up.
      refusals: ["upload_incomplete", "upload_mismatch", "not_found"],
    },
  );
  upload.outcome = reply.outcome;
  if (reply.outcome !== "done") return;
  const file = files.ready(
    reply.body.file,
    bytes,
    reply.startedAt,
    reply.endedAt,
  );
  if (reservation.conversation !== undefined) {
    files.links.push({
      file: file.id,
      conversation: reservation.conversation,
      doneAt: reply.endedAt,
    });
  }
}
