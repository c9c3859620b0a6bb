/** Steps that write. */
import { sleep } from "../call.ts";
import { append, attempt, pick, sendOtherwise, sentBy } from "./batches.ts";
import type { Client } from "./client.ts";
import type { Place } from "./places.ts";
import type { Step, StepKind } from "./plan.ts";

type Take = (client: Client, place: Place, step: Step) => Promise<void>;

export const writingSteps: Partial<Record<StepKind, Take>> = {
  append: (client, place, step) => append(client, place, step, step),
  "append expecting a seq": (client, place, step) =>
    append(client, place, step, {
      ...step,
      expected: client.viewOf(place).lastSeq,
      refusals: ["seq_conflict"],
    }),
  "append with what is there": (client, place, step) => {
    const repeats = sentBy(client, place)
      .filter(({ write }) =>
        write.outcome === "done" && write.key === undefined
      )
      .slice(-2)
      .flatMap(({ write, body }) =>
        write.repeats.length > 0 ? [] : write.texts.map((content, at) => ({
          id: write.told[0]!.ids[at]!,
          content,
          name: (body.messages[at] as { client_id?: string }).client_id ??
            write.told[0]!.ids[at]!,
          conversation: write.told[0]!.conversation,
        }))
      );
    // A name that was erased or corrected since stands for something else.
    return append(client, place, step, {
      kind: step.kind,
      naming: step.naming === "key" ? "both" : "ids",
      repeats: place.isFleeting ? [] : repeats,
      refusals: ["idempotency_mismatch"],
    });
  },
  "create by key": (client, place, step) =>
    append(client, place, step, {
      kind: step.kind,
      naming: "key",
      isUnnamed: true,
    }),
  "send again": (client, place, step) => {
    const again = pick(
      sentBy(client, place).filter(({ write }) => write.isSafe),
      step.pick,
    );
    if (again === undefined) {
      return append(client, place, step, { ...step, kind: "append" });
    }
    return attempt(client, place, again, step.tries);
  },
  "send otherwise": sendOtherwise,
  revise: (client, place, step) =>
    append(client, place, { ...step, size: 1 }, {
      ...step,
      revises: pick(client.viewOf(place).positions, step.pick),
      refusals: ["position_conflict"],
    }),
  correct: (client, place, step) => {
    const named = sentBy(client, place).filter(({ write }) =>
      write.outcome === "done" && write.texts.length === 1
    )
      .flatMap(({ body }) =>
        (body.messages[0] as { client_id?: string }).client_id ?? []
      );
    return append(client, place, { ...step, size: 1 }, {
      kind: step.kind,
      naming: "both",
      corrects: pick(named, step.pick),
    });
  },
  rewind: (client, place, step) =>
    append(client, place, step, {
      ...step,
      // Sent without a key, it is another rewind if the line has changed meanwhile.
      naming: step.naming === "bare" ? "bare" : "key",
      after: pick([0, ...client.viewOf(place).positions], step.pick),
      refusals: ["position_conflict"],
    }),
  "rewind to nothing": (client, place, step) =>
    append(client, place, { ...step, size: 0 }, {
      kind: step.kind,
      naming: "key",
      after: pick(client.viewOf(place).positions, step.pick) ?? 0,
      refusals: ["position_conflict"],
    }),
  switch: switchLine,
  erase,
  fork,
  delete: remove,
};

async function switchLine(
  client: Client,
  place: Place,
  step: Step,
): Promise<void> {
  const { history } = client.shared;
  const view = client.viewOf(place);
  if (place.id === undefined || view.lastSeq === 0) return;
  const head = step.second % 3 === 0
    ? step.pick % (view.lastSeq + 1)
    : pick([0, ...view.positions], step.pick)!;
  history.askHead(place.name, head);
  for (let n = 0; n < step.tries; n++) {
    const reply = await client.ask(
      step.kind,
      place,
      historyPath(client, place),
      {
        method: "PATCH",
        json: { head_position: head },
        refusals: place.isFleeting
          ? ["position_conflict", "not_found"]
          : ["position_conflict"],
      },
    );
    if (reply.outcome === "refused") return;
    if (reply.outcome === "done") {
      const body = { conversation: reply.body, messages: [] };
      if (reply.body.head_position !== head) {
        client.shared.report.anomaly({
          kind: "head",
          detail:
            `${client.name} switched ${place.name} to ${head} and was answered ${reply.body.head_position}.`,
        });
      }
      client.heed(place, { ...reply, body }, { what: "change" });
      return;
    }
    await sleep(100 * 2 ** n);
  }
}

async function erase(client: Client, place: Place, step: Step): Promise<void> {
  const row = pick(client.viewOf(place).rows, step.pick);
  // A fleeting conversation may have another row there by now.
  if (row === undefined || place.id === undefined || place.isFleeting) return;
  const asked = {
    seq: row.seq,
    startedAt: performance.now(),
    doneAt: null as number | null,
  };
  client.shared.history.of(place.id, place.name).erasures.push(asked);
  for (let n = 0; n < step.tries; n++) {
    const reply = await client.ask(
      step.kind,
      place,
      `${historyPath(client, place)}/messages/${row.seq}`,
      {
        method: "DELETE",
        refusals: client.isOwner ? [] : ["owner_only"],
      },
    );
    if (reply.outcome === "done") asked.doneAt = reply.endedAt;
    if (reply.outcome !== "unknown") return;
    await sleep(100 * 2 ** n);
  }
}

/** Once, since a fork that is asked for again is another one. */
async function fork(client: Client, place: Place, step: Step): Promise<void> {
  const through = pick(client.viewOf(place).positions, step.pick);
  if (through === undefined || place.id === undefined || place.isFleeting) {
    return;
  }
  const title = `fork ${client.shared.number()} by ${client.name}`;
  const one = {
    source: place.id,
    through,
    title,
    startedAt: performance.now(),
  };
  const reply = await client.ask(
    step.kind,
    place,
    `${historyPath(client, place)}/fork`,
    {
      json: { through_position: through, title },
      refusals: ["validation_failed"],
    },
  );
  client.shared.history.forks.push({
    ...one,
    endedAt: reply.endedAt,
    outcome: reply.outcome,
    ...(reply.outcome === "done" && { id: reply.body.id }),
  });
}

async function remove(client: Client, place: Place, step: Step): Promise<void> {
  if (!place.isFleeting) {
    return await append(client, place, step, { ...step, kind: "append" });
  }
  const { deletions } = client.shared.history;
  for (let n = 0; n < step.tries; n++) {
    const one: { startedAt: number; doneAt: number | null; id?: string } = {
      startedAt: performance.now(),
      doneAt: null,
    };
    deletions.set(place.name, [...deletions.get(place.name) ?? [], one]);
    const reply = await client.ask(
      step.kind,
      place,
      historyPath(client, place),
      {
        method: "DELETE",
        refusals: ["not_found"],
      },
    );
    if (reply.outcome === "done") {
      one.doneAt = reply.endedAt;
      one.id = reply.body.conversation_id;
    }
    if (reply.outcome !== "unknown") return;
    await sleep(100 * 2 ** n);
  }
}

function historyPath(client: Client, place: Place): string {
  return `conversation-history/${encodeURIComponent(client.addressOf(place)!)}`;
}
