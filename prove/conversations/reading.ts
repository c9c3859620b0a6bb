/** Steps that read. */
import type { Reply } from "../call.ts";
import type { Client } from "./client.ts";
import type { Place } from "./places.ts";
import type { Step, StepKind } from "./plan.ts";
import { rowsOf } from "./answers.ts";

type Take = (client: Client, place: Place, step: Step) => Promise<void>;

export const readingSteps: Partial<Record<StepKind, Take>> = {
  "read line": (client, place, step) => readPage(client, place, step, "line"),
  "read log": (client, place, step) => readPage(client, place, step, "log"),
  "read message": readMessage,
  "read context": readContext,
  export: exportAll,
};

async function readPage(
  client: Client,
  place: Place,
  step: Step,
  view: "line" | "log",
): Promise<void> {
  const limit = step.pick % 2 === 0 ? 500 : 1 + step.pick % 40;
  const places = client.viewOf(place).positions;
  const bound = step.second % 4 === 0
    ? places[step.second % (places.length || 1)]
    : undefined;
  const direction = step.second % 8 === 0 ? "before" : "after";
  const query = new URLSearchParams({ limit: String(limit), view });
  if (bound !== undefined) query.set(direction, String(bound));
  const reply = await client.ask(
    step.kind,
    place,
    `${pathOf(client, place)}?${query}`,
  );
  if (reply.outcome !== "done") return;
  if (isMissing(client, place, reply)) return;
  client.heed(place, reply, {
    what: view,
    page: {
      ...(bound !== undefined && { [direction]: bound }),
      limit,
      hasMore: reply.body.has_more,
    },
  });
}

async function readMessage(
  client: Client,
  place: Place,
  step: Step,
): Promise<void> {
  const { rows } = client.viewOf(place);
  const row = rows[step.pick % (rows.length || 1)];
  if (row === undefined || place.id === undefined || place.isFleeting) return;
  const name = step.second % 2 === 0 ? row.seq : row.id;
  const reply = await client.ask(
    step.kind,
    place,
    `${pathOf(client, place)}/messages/${name}`,
  );
  if (reply.outcome !== "done") return;
  client.shared.history.see(
    place.id,
    place.name,
    rowsOf([reply.body]),
    "message",
    reply.startedAt,
  );
}

async function readContext(
  client: Client,
  place: Place,
  step: Step,
): Promise<void> {
  const query = `max_tokens=1000000&max_messages=${1 + step.pick % 300}`;
  const reply = await client.ask(
    step.kind,
    place,
    `${pathOf(client, place)}/context?${query}`,
  );
  if (reply.outcome !== "done" || isMissing(client, place, reply)) return;
  client.heed(place, reply, { what: "context" });
}

async function exportAll(
  client: Client,
  place: Place,
  step: Step,
): Promise<void> {
  const reply = await client.ask(
    step.kind,
    place,
    `${pathOf(client, place)}/export`,
    {
      refusals: client.isOwner ? ["not_found"] : [],
    },
  );
  if (reply.outcome !== "done") return;
  const lines = reply.text.trimEnd().split("\n");
  let parsed;
  try {
    parsed = lines.map((line) => JSON.parse(line));
  } catch {
    return client.shared.report.count("export: cut");
  }
  const [conversation, ...rest] = parsed;
  const end = rest.pop();
  if (end?.type !== "end") return client.shared.report.count("export: cut");
  const messages = rest.filter(({ type }) => type === "message");
  if (
    messages.length !== end.messages ||
    messages.length !== conversation.last_seq
  ) {
    client.shared.report.anomaly({
      kind: "gap",
      detail:
        `An export of ${place.name} has ${messages.length} messages, says ${end.messages}, and ends at ${conversation.last_seq}.`,
      excerpt: [conversation, end],
    });
  }
  client.heed(place, { ...reply, body: { conversation, messages } }, {
    what: "log",
    page: { after: 0, limit: Infinity, hasMore: false },
  });
}

/** Whether an answer says that there is no such conversation, which is wrong once somebody was told that there is. */
function isMissing(
  client: Client,
  place: Place,
  { body, startedAt }: Pick<Reply, "body" | "startedAt">,
): boolean {
  if (body.conversation !== null) return false;
  if (!place.isFleeting && place.knownAt < startedAt) {
    client.shared.report.anomaly({
      kind: "stale",
      detail: `${client.name} did not find ${place.name}, which is there.`,
    });
  }
  return true;
}

function pathOf(client: Client, place: Place): string {
  return `conversation-history/${encodeURIComponent(client.addressOf(place)!)}`;
}
