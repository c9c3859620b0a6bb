/** Steps that try to bring in bytes which the API must not take. */
import type { Client } from "./client.ts";
import { bytesFor } from "./content.ts";
import type { Step, StepKind } from "./plan.ts";
import { putSigned, type Reservation, reserve } from "./uploading.ts";

type Take = (client: Client, step: Step) => Promise<void>;

export const wrongUploadingSteps: Partial<Record<StepKind, Take>> = {
  "complete without bytes": (client, step) =>
    completeWrongly(client, step, () => Promise.resolve()),
  "complete with other bytes": (client, step) =>
    completeWrongly(
      client,
      step,
      (reservation, bytes) => putSigned(client, reservation, bytes.subarray(1)),
    ),
  "complete what is not text": (client, step) =>
    completeWrongly(client, step, (reservation, bytes) =>
      // NUL and bytes that are no UTF-8, under a type that says text.
      putSigned(client, reservation, bytes.map((_, at) => at % 7))),
  "write past the API": writePast,
};

/** Whatever was put, completing must look and refuse. */
async function completeWrongly(
  client: Client,
  step: Step,
  put: (reservation: Reservation, bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const bytes = bytesFor(
    client,
    { ...step, isCommon: false },
    client.shared.number(),
  );
  const reservation = await reserve(client, step, bytes);
  if (reservation === null) return;
  await put(reservation, bytes);
  const reply = await client.askOften(
    step,
    `file-upload/${reservation.file.id}/complete`,
    {
      method: "POST",
      refusals: [
        "upload_incomplete",
        "upload_mismatch",
        "type_mismatch",
        "not_found",
      ],
    },
  );
  if (reply.outcome === "done") {
    client.shared.report.anomaly({
      kind: "unlooked",
      detail: `${client.name} was told that a file is ready (${step.kind}).`,
      excerpt: [reservation.file, reply.body],
    });
  }
}

/** Storage itself takes no object that no pending row announces, and changes none that is ready. */
async function writePast(client: Client, step: Step): Promise<void> {
  const { report } = client.shared;
  const file = client.anyFile(step);
  const name = step.second % 2 === 0 || file === undefined
    ? crypto.randomUUID()
    : file.id;
  const path = `user-files/${client.actor.id}/${name}`;
  const isRemoval = step.second % 6 === 1;
  const url = `${client.at.url}/storage/v1/object/${
    isRemoval ? "user-files" : path
  }`;
  try {
    const response = await fetch(url, {
      method: isRemoval ? "DELETE" : "POST",
      headers: {
        ...client.actor.headers,
        "Content-Type": isRemoval ? "application/json" : "text/plain",
        "x-upsert": String(step.second % 4 === 3),
      },
      body: isRemoval
        ? JSON.stringify({ prefixes: [`${client.actor.id}/${name}`] })
        : "past the API",
      signal: AbortSignal.timeout(15_000),
    });
    const answer = await response.text();
    report.count(`${step.kind}: ${response.status}`);
    report.event({
      client: client.name,
      kind: step.kind,
      url,
      status: response.status,
      answer,
    });
    const isDone = response.ok &&
      /json/.test(response.headers.get("Content-Type") ?? "") &&
      (isRemoval
        ? answer !== "[]" && !isDeleted(file)
        : answer.includes("Key"));
    if (isDone) {
      report.anomaly({
        kind: "past the API",
        detail: `${client.name} ${
          isRemoval ? "removed" : "wrote"
        } an object that no row lets it.`,
        excerpt: [{ url, status: response.status, answer }],
      });
    }
  } catch {
    report.count(`${step.kind}: broken`);
  }
}

/** The object of a deleted file may be removed by its owner. */
function isDeleted(file: ReturnType<Client["anyFile"]>): boolean {
  return (file?.deletions.length ?? 0) > 0;
}
