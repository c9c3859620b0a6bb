/** A round trip as a user: append, append again, read, upload, download; and then everything is removed. */
import { makeAccount, removeAccount, signIn } from "./accounts.ts";
import {
  type Check,
  failed,
  Failure,
  ok,
  type Result,
  warning,
} from "./check.ts";
import { asUser, type Examination } from "./examination.ts";
import {
  type Answer,
  ask as askUrl,
  causeOf,
  expectStatus,
  said,
} from "./request.ts";

const NOT_READ =
  "A policy or grant is missing or differs: run this with --db-url, which names it.";

/** What stores, and what reads it back. `tidyUp` has to come after everything that looks at it. */
export function roundTripChecks(examination: Examination): Check[] {
  const group = "Round trip";
  const functions = (...names: string[]) =>
    names.map((name) => `function:${name}`);
  return [
    {
      id: "account",
      group,
      title: "Sign in",
      needs: ["publishable-key", "signing-keys", "migrations"],
      run: () => account(examination),
    },
    {
      id: "append",
      group,
      title: "Append",
      needs: ["account", ...functions("conversation-append")],
      run: () => append(examination),
    },
    {
      id: "retry",
      group,
      title: "Append again",
      needs: ["append"],
      run: () => retry(examination),
    },
    {
      id: "read",
      group,
      title: "Read",
      needs: ["append", ...functions("conversation-history")],
      run: () => read(examination),
    },
    {
      id: "upload",
      group,
      title: "Upload",
      needs: ["append", "storage", ...functions("file-upload")],
      run: () => upload(examination),
    },
    {
      id: "download",
      group,
      title: "Download",
      needs: ["upload", ...functions("file-download")],
      run: () => download(examination),
    },
    {
      id: "signed-url",
      group,
      title: "Signed URL",
      needs: ["download"],
      run: () => signedUrl(examination),
    },
  ];
}

export function tidyUp(examination: Examination): Check {
  return {
    id: "tidy-up",
    group: "Afterwards",
    title: "Clean up",
    run: () => cleanUp(examination),
  };
}

async function account(examination: Examination): Promise<Result> {
  const { target, facts } = examination;
  if (target.email !== undefined && target.password !== undefined) {
    facts.owner = {
      ...await signIn(examination, target.email, target.password),
      isOurs: false,
      byAdmin: false,
    };
    return ok(target.email);
  }
  facts.owner = await makeAccount(examination);
  return ok("as a user made for this");
}

async function append(examination: Examination): Promise<Result> {
  const { facts } = examination;
  const continuationId = `continuum-doctor-${crypto.randomUUID()}`;
  const text = `doctor ${crypto.randomUUID()}`;
  facts.stored = { continuationId, conversationId: "", text };
  const answer = await sendMessage(examination);
  refuseTokenProblem(answer);
  expectStatus(answer, "It fails", [201], NOT_READ);
  facts.stored.conversationId = answer.json.conversation.id;
  return ok("");
}

function sendMessage(examination: Examination): Promise<Answer> {
  const { continuationId, text } = examination.facts.stored!;
  return examination.ask("/functions/v1/conversation-append", {
    headers: {
      ...asUser(examination, examination.facts.owner),
      "Idempotency-Key": continuationId,
    },
    json: {
      continuation_id: continuationId,
      messages: [{ role: "user", content: text }],
    },
  });
}

/** @throws {Failure} if a token that Auth has just given is refused. */
function refuseTokenProblem(answer: Answer): void {
  if (answer.status !== 401) return;
  const cause = causeOf(answer);
  if (cause !== null) throw cause;
  throw new Failure(
    `The function refuses a token that Auth has just given: ${said(answer)}`,
    "The token is signed with a key that the function does not know. After rotating signing keys, wait until the new " +
      "one is published and deploy the functions again; a project that still signs with the legacy JWT secret has to " +
      "rotate to its signing key under JWT Keys.",
  );
}

async function retry(examination: Examination): Promise<Result> {
  const answer = await sendMessage(examination);
  expectStatus(answer, "It fails", [200], NOT_READ);
  return answer.headers.get("Idempotency-Replayed") === "true"
    ? ok("stored once")
    : failed(
      "The same request was stored twice, or a proxy drops its headers.",
      "Let Idempotency-Key and Idempotency-Replayed pass through what stands in front.",
    );
}

async function read(examination: Examination): Promise<Result> {
  const { facts, ask } = examination;
  const { continuationId, text } = facts.stored!;
  const answer = await ask(
    `/functions/v1/conversation-history/${continuationId}`,
    { headers: asUser(examination, facts.owner) },
  );
  expectStatus(answer, "It fails", [200], NOT_READ);
  return answer.json?.messages?.[0]?.content === text ? ok("") : failed(
    "The message that was just stored is not found by its owner.",
    NOT_READ,
  );
}

async function upload(examination: Examination): Promise<Result> {
  const { facts, ask } = examination;
  const { continuationId, text } = facts.stored!;
  const answer = await ask(
    `/functions/v1/file-upload?continuation_id=${continuationId}`,
    {
      headers: {
        ...asUser(examination, facts.owner),
        "Content-Type": "text/plain",
        "X-File-Name": "continuum-doctor.txt",
      },
      body: text,
    },
  );
  expectStatus(
    answer,
    "It fails",
    [201],
    answer.status === 413
      ? "The account's quota is used up: sweep, or give it more (docs/how-to/deploy.md, Quotas)."
      : `Storage or its policies refuse it. ${NOT_READ}`,
  );
  facts.stored!.fileId = answer.json.file.id;
  return ok(`${answer.json.file.size_bytes} bytes`);
}

async function download(examination: Examination): Promise<Result> {
  const { facts, ask } = examination;
  const { fileId, text } = facts.stored!;
  const answer = await ask(`/functions/v1/file-download/${fileId}`, {
    headers: { ...asUser(examination, facts.owner), Range: "bytes=0-5" },
  });
  expectStatus(answer, "It fails", [200, 206], NOT_READ);
  if (answer.status === 206 && answer.text === text.slice(0, 6)) {
    return ok("with a range");
  }
  return answer.status === 200 && answer.text === text
    ? warning(
      "Ranges are not served: the whole file came.",
      "A proxy in front drops the Range header, so a download that was cut cannot be resumed.",
    )
    : failed(
      "Other bytes came back than were stored.",
      "A proxy in front changes the content. Let Cache-Control: no-transform through.",
    );
}

async function signedUrl(examination: Examination): Promise<Result> {
  const { facts, ask, target } = examination;
  const { fileId, text } = facts.stored!;
  const answer = await ask(`/functions/v1/file-download/${fileId}/url`, {
    headers: {
      ...asUser(examination, facts.owner),
      Accept: "application/json",
    },
    redirect: "manual",
  });
  expectStatus(answer, "It fails", [200, 302, 303, 307], NOT_READ);
  const url = String(answer.json?.url ?? answer.headers.get("Location"));
  const advice =
    `Set CONTINUUM_PUBLIC_URL=${target.url} for the functions, and deploy or restart them.`;
  if (
    !URL.canParse(url) || new URL(url).origin !== new URL(target.url).origin
  ) {
    return warning(
      `Signed URLs begin with ${
        URL.canParse(url) ? new URL(url).origin : url
      }, not with ${target.url}.`,
      advice,
    );
  }
  const file = await askUrl(url);
  return file.status === 200 && file.text === text
    ? ok("works without a token")
    : failed(`The URL does not give the file: ${said(file)}`, advice);
}

/** Goes on after a step that fails, and says what is left. */
async function cleanUp(examination: Examination): Promise<Result> {
  const { facts, ask } = examination;
  const { stored, owner, stranger } = facts;
  const left: string[] = [];
  const headers = asUser(examination, owner);
  const remove = async (path: string, what: string) => {
    const { status } = await ask(`/functions/v1/${path}`, {
      method: "DELETE",
      headers,
    }).catch(() => ({ status: 0 }));
    if (status < 200 || (status >= 300 && status !== 404)) left.push(what);
  };
  if (stored?.fileId !== undefined) {
    await remove(`file-upload/${stored.fileId}`, `the file ${stored.fileId}`);
  }
  if (stored?.conversationId) {
    await remove(
      `conversation-history/${stored.conversationId}`,
      `the conversation ${stored.continuationId}`,
    );
  }
  for (const made of [owner, stranger]) {
    if (made === undefined) continue;
    const rest = await removeAccount(examination, made)
      .catch(() => `the user ${made.id}`);
    if (rest !== null) left.push(rest);
  }
  return left.length === 0
    ? ok(owner === undefined ? "nothing was stored" : "nothing is left")
    : warning(
      `Left behind: ${left.join(", ")}.`,
      "Remove it: users in the dashboard under Authentication, Users. With a secret key or a connection as postgres " +
        "the doctor removes its own.",
    );
}
