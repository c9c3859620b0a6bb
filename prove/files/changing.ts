/** Steps with files that are there. */
import { insist, type Reply } from "../call.ts";
import type { Client } from "./client.ts";
import { isSame, type KnownFile, UNLINKED_SECONDS } from "./history.ts";
import type { Step, StepKind } from "./plan.ts";

type Take = (client: Client, step: Step) => Promise<void>;

export const changingSteps: Partial<Record<StepKind, Take>> = {
  link,
  unlink,
  rename,
  delete: remove,
  download,
  describe,
  list,
  sweep: async (client, step) => {
    await sweep(client, step, { pending_seconds: 20 });
  },
  "sweep hard": async (client, step) => {
    const asked = { endedAt: Infinity };
    client.shared.files.hardSweeps.push(asked);
    const json = { pending_seconds: 20, unlinked_seconds: UNLINKED_SECONDS };
    const { outcome, endedAt } = await sweep(client, step, json);
    if (outcome === "done") asked.endedAt = endedAt;
  },
  "delete a conversation": deleteConversation,
};

async function link(client: Client, step: Step): Promise<void> {
  const { files, conversations } = client.shared;
  const file = client.anyFile(step);
  if (file === undefined) return;
  const index = step.second % conversations.length;
  const conversation = conversations[index]!;
  const number = client.shared.number();
  const reply = await client.askOften(step, "conversation-append", {
    json: {
      continuation_id: conversation,
      messages: [{
        role: "user",
        content: `see ${file.id}`,
        client_id: `link ${number}`,
        file_ids: [file.id],
      }],
    },
    // What goes meanwhile is looked at below.
    refusals: [
      "unknown_file",
      ...(index === conversations.length - 1 ? ["not_found"] : []),
    ],
  });
  if (reply.outcome === "done" && reply.body.conversation.id === conversation) {
    files.links.push({ file: file.id, conversation, doneAt: reply.endedAt });
  }
  if (
    reply.code === "unknown_file" && files.mustBeThere(file, reply.startedAt)
  ) {
    gone(client, file, "link");
  }
}

async function unlink(client: Client, step: Step): Promise<void> {
  const { files } = client.shared;
  const own = files.links.filter(({ file }) =>
    files.files.get(file)?.owner === client.actor.id
  ).slice(-60);
  const link = own[step.pick % own.length];
  if (link === undefined) return;
  files.unlinks.add(`${link.file} ${link.conversation}`);
  await client.askOften(
    step,
    `conversation-history/${link.conversation}/files/${link.file}`,
    {
      method: "DELETE",
      refusals: ["not_found", "owner_only"],
    },
  );
}

async function rename(client: Client, step: Step): Promise<void> {
  const file = client.anyFile(step);
  if (file === undefined) return;
  const name = `renamed ${client.shared.number()}.txt`;
  const asked = {
    name,
    startedAt: performance.now(),
    doneAt: null as number | null,
  };
  file.renames.push(asked);
  const reply = await client.askOften(step, `file-upload/${file.id}`, {
    method: "PATCH",
    json: { original_name: name },
    // What goes meanwhile, also before a second try, is looked at below.
    refusals: ["not_found"],
  });
  if (reply.outcome === "done") asked.doneAt = reply.endedAt;
  if (
    reply.code === "not_found" &&
    client.shared.files.mustBeThere(file, reply.startedAt)
  ) {
    gone(client, file, "rename");
  }
}

async function remove(client: Client, step: Step): Promise<void> {
  const file = client.anyFile(step);
  if (file === undefined) return;
  const asked = { startedAt: performance.now(), doneAt: null as number | null };
  file.deletions.push(asked);
  const reply = await client.askOften(step, `file-upload/${file.id}`, {
    method: "DELETE",
    refusals: ["not_found"],
  });
  if (reply.outcome === "done") asked.doneAt = reply.endedAt;
}

async function download(client: Client, step: Step): Promise<void> {
  const file = client.anyFile(step);
  if (file === undefined) return;
  const startedAt = performance.now();
  const first = step.second % file.bytes.length;
  const isRange = step.second % 3 === 0;
  const wanted = isRange ? file.bytes.subarray(first) : file.bytes;
  let response, bytes;
  try {
    response = await fetch(
      `${client.at.url}/functions/v1/file-download/${file.id}`,
      {
        headers: {
          ...client.actor.headers,
          ...(isRange && { Range: `bytes=${first}-` }),
        },
        signal: AbortSignal.timeout(15_000),
      },
    );
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch {
    return client.shared.report.count("download: broken");
  }
  client.shared.report.count(`download: ${response.status}`);
  const isOurs = response.headers.has("x-request-id");
  if (isOurs && response.status === (isRange ? 206 : 200)) {
    if (!isSame(bytes, wanted)) {
      client.shared.report.anomaly({
        kind: "bytes",
        detail:
          `${client.name} was sent ${bytes.length} bytes of ${file.id}, which are not its ${wanted.length}.`,
      });
    } else if (
      file.deletions.some(({ doneAt }) => doneAt !== null && doneAt < startedAt)
    ) {
      client.shared.report.anomaly({
        kind: "undeleted",
        detail: `${client.name} was sent ${file.id} after its deletion.`,
      });
    }
  } else if (
    isOurs && response.status === 404 &&
    client.shared.files.mustBeThere(file, startedAt)
  ) {
    gone(client, file, "download");
  } else if (isOurs && response.status === 500) {
    client.shared.report.anomaly({
      kind: "server error",
      detail: `A download of ${file.id} was answered 500.`,
    });
  }
}

function gone(client: Client, file: KnownFile, how: string): void {
  client.shared.report.anomaly({
    kind: "lost",
    detail:
      `${client.name} did not find ${file.id}, which must be there (${how}).`,
    excerpt: [
      { ...file, bytes: file.bytes.length },
      ...client.shared.files.links.filter((link) => link.file === file.id),
    ],
  });
}

async function describe(client: Client, step: Step): Promise<void> {
  const file = client.anyFile(step);
  if (file === undefined) return;
  const reply = await client.ask(
    step.kind,
    `file-download/${file.id}/metadata`,
    { refusals: ["not_found"] },
  );
  if (
    reply.code === "not_found" &&
    client.shared.files.mustBeThere(file, reply.startedAt)
  ) gone(client, file, "describe");
}

async function list(client: Client, step: Step): Promise<void> {
  await client.ask(step.kind, `file-download?limit=${1 + step.pick % 100}`);
}

function sweep(
  client: Client,
  { kind }: Step,
  json: Record<string, number>,
): Promise<Reply> {
  const as = client.shared.maintenance;
  return client.ask(kind, "file-upload/_/sweep", { as, json });
}

/** The last of the conversations goes, and another comes. */
async function deleteConversation(client: Client, step: Step): Promise<void> {
  const { conversations, files } = client.shared;
  const id = conversations.at(-1)!;
  files.deletedConversations.add(id);
  const reply = await client.askOften(step, `conversation-history/${id}`, {
    method: "DELETE",
    refusals: ["not_found", "owner_only"],
  });
  if (reply.code === "owner_only") return;
  const made = await insist(client.actor, client.at, "conversation-append", {
    json: {
      continuation_id:
        `fleeting ${client.shared.number()} ${crypto.randomUUID()}`,
      messages: [],
    },
  });
  const newId: string = made.body.conversation.id;
  // Who may not see it would make a conversation of their own by that name.
  for (const person of client.shared.people) {
    if (person.id === client.actor.id) continue;
    const member = `conversation-history/${newId}/members/${person.id}`;
    const json = { role: "editor" };
    await insist(client.actor, client.at, member, { method: "PUT", json });
  }
  conversations[conversations.length - 1] = newId;
}
