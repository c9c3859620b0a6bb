/**
 * Each operation through its function, by the bare Data API, and as the bare statement on a
 * connection that is open; then one append beside the plan that it replaced.
 */
import type { Bed } from "./bed.ts";
import { ratio, rounded, type Section } from "./report.ts";
import { call, rpc, send } from "./requests.ts";
import { measure, type Medians, type Variants } from "./rounds.ts";
import { conversationOf } from "./rows.ts";

const message = (content: string) => ({ role: "user", content });

export async function benchConversations(
  bed: Bed,
  rounds: number,
): Promise<Section[]> {
  const name = await conversationOf(bed, 500);
  const rows = [];
  for (const [what, variants] of Object.entries(operations(bed, name))) {
    rows.push({ what, figures: figuresOf(await measure(variants, rounds)) });
  }
  const plans = await measure(replacedPlan(bed), rounds);
  return [
    { title: "Through the function, and without it", rows },
    {
      title:
        "The first message of a conversation: one call, and look up, insert, insert",
      rows: [{
        what: "by the Data API",
        figures: {
          "one call, ms": rounded(plans.one ?? NaN),
          "three round trips, ms": rounded(plans.three ?? NaN),
          "three/one": ratio(plans.three ?? NaN, plans.one ?? NaN),
        },
      }],
    },
  ];
}

function operations(bed: Bed, name: string): Record<string, Variants> {
  const { bare } = bed;
  const append = (count: number): Variants => {
    const messages = Array.from({ length: count }, () => message("Hello"));
    const json = { continuation_id: "appended", messages };
    return {
      function: () => call(bed, "conversation-append", { json }),
      api: () => rpc(bed, "append_messages", json),
      sql: () =>
        bare`select public.append_messages(${bare.json(messages)}, 'appended')`,
    };
  };
  const history = `conversation-history/${name}`;
  return {
    "append 1 message": append(1),
    "append 20 messages": append(20),
    "page of 50 messages": {
      function: () => call(bed, `${history}?limit=50`),
      api: () =>
        rpc(bed, "read_history", { continuation_id: name, max_messages: 50 }),
      sql: () => bare`select public.read_history(${name}, max_messages => 50)`,
    },
    "context of 3,000 tokens": {
      function: () => call(bed, `${history}/context?max_tokens=3000`),
      api: () =>
        rpc(bed, "read_context", { continuation_id: name, max_tokens: 3000 }),
      sql: () => bare`select public.read_context(${name}, 3000)`,
    },
    "list of 20": {
      function: () => call(bed, "conversation-history"),
      api: () => rpc(bed, "list_conversations", {}),
      sql: () => bare`select public.list_conversations()`,
    },
    "search": {
      function: () => call(bed, "conversation-history?q=word17"),
      api: () => rpc(bed, "search_messages", { q: "word17" }),
      sql: () => bare`select public.search_messages('word17')`,
    },
  };
}

function figuresOf({ function: through, api, sql }: Medians) {
  const [f, a, s] = [through ?? NaN, api ?? NaN, sql ?? NaN];
  return {
    "function, ms": rounded(f),
    "Data API, ms": rounded(a),
    "statement, ms": rounded(s),
    "function/API": ratio(f, a),
    "function/statement": ratio(f, s),
  };
}

/** What a client without append_messages does for the first message of a conversation. */
function replacedPlan(bed: Bed): Variants {
  const rest = (path: string, json?: unknown) =>
    send(bed, `/rest/v1/${path}`, {
      json,
      headers: { Prefer: "return=representation" },
    });
  return {
    one: (round) =>
      rpc(bed, "append_messages", {
        continuation_id: `one-${round}`,
        messages: [message("Hello")],
      }),
    three: async (round) => {
      const continuation_id = `three-${round}`;
      await rest(
        `conversations?select=id&continuation_id=eq.${continuation_id}`,
      );
      const made = await rest("conversations", { continuation_id });
      await rest("messages", {
        conversation_id: idOf(made),
        seq: 1,
        ...message("Hello"),
        token_count: 2,
        payload_hash: "x".repeat(32),
      });
    },
  };
}

/** The id of the one row of an answer. */
function idOf(answer: ArrayBuffer): string {
  const id = /"id":"([0-9a-f-]{36})"/.exec(new TextDecoder().decode(answer))
    ?.[1];
  if (id === undefined) throw new Error("The row has no id.");
  return id;
}
