/**
 * Each operation through its function, by the bare Data API, and as the bare statement on a
 * connection that is open; then one append beside the plan that it replaced.
 */
import type { Bed } from "./bed.ts";
import { ratio, rounded, type Section } from "./report.ts";
import { call, rpc } from "./requests.ts";
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
  const request = JSON.stringify({
    continuation_id: "appended",
    messages: [message("Hello")],
  });
  const plain = await plainPlan(bed);
  const plans = await measure({
    ours: () => bed.bare`select public.append_messages(${request})`,
    plain,
  }, rounds);
  return [
    { title: "Through the function, and without it", rows },
    {
      title:
        "One append in SQL, and the plan that an application makes without Continuum",
      rows: [{
        what: "append 1 message",
        figures: {
          "one call, ms": rounded(plans.ours ?? NaN),
          "plain plan, ms": rounded(plans.plain ?? NaN),
          "one call/plain plan": ratio(plans.ours ?? NaN, plans.plain ?? NaN),
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
    const request = JSON.stringify(json);
    return {
      function: () => call(bed, "conversation-append", { json }),
      api: () => rpc(bed, "append_messages", { request }),
      sql: () => bare`select public.append_messages(${request})`,
    };
  };
  const history = `conversation-history/${name}`;
  return {
    "append 1 message": append(1),
    "append 20 messages": append(20),
    "page of 50 messages": {
      function: () => call(bed, `${history}?limit=50`),
      api: () =>
        rpc(bed, "read_history", {
          continuation_id: name,
          view: "line",
          max_messages: 50,
        }),
      sql: () => bare`select public.read_history(${name}, 'line', 50)`,
    },
    "context of 3,000 tokens": {
      function: () => call(bed, `${history}/context?max_tokens=3000`),
      api: () =>
        rpc(bed, "read_context", {
          continuation_id: name,
          max_tokens: 3000,
          max_messages: 2000,
        }),
      sql: () => bare`select public.read_context(${name}, 3000, 2000)`,
    },
    "list of 20": {
      function: () => call(bed, "conversation-history"),
      api: () =>
        rpc(bed, "list_conversations", {
          archived: false,
          invited: false,
          max_conversations: 20,
        }),
      sql: () => bare`select public.list_conversations(false, false, 20)`,
    },
    "search": {
      function: () => call(bed, "conversation-history?q=word17"),
      api: () => rpc(bed, "search_messages", { q: "word17", max_hits: 20 }),
      sql: () =>
        bare`select public.search_messages(q => 'word17', max_hits => 20)`,
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

/**
 * What an application does without Continuum: look up the conversation, create it if it is new, insert the
 * message after the last one. Without access control, ordering under concurrency, or retries.
 */
async function plainPlan({ admin }: Bed): Promise<Variants["sql"]> {
  await admin`
    create table if not exists bench_conversations (id bigserial primary key, name text unique)
  `;
  await admin`
    create table if not exists bench_messages (
      conversation_id bigint references bench_conversations, seq bigint, role text, content text,
      created_at timestamptz default now(), primary key (conversation_id, seq)
    )
  `;
  return async () => {
    const name = "appended";
    let [row] =
      await admin`select id from bench_conversations where name = ${name}`;
    if (row === undefined) {
      [row] =
        await admin`insert into bench_conversations (name) values (${name}) returning id`;
    }
    await admin`
      insert into bench_messages (conversation_id, seq, role, content)
      select ${row?.id}, coalesce(max(seq), 0) + 1, 'user', 'Hello'
      from bench_messages where conversation_id = ${row?.id}
    `;
  };
}
