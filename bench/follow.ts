/** Following: how long a message takes to its readers, and what idle readers cost. */
import { EventSourceParserStream } from "npm:eventsource-parser@4.1.3/stream";
import { claimsOf } from "../local/keys.ts";
import type { Bed, User } from "./bed.ts";
import { cpuSeconds } from "./process.ts";
import { rounded, type Row, type Section } from "./report.ts";

/** A reader that notes how long each message was on its way, in milliseconds. */
interface Reader {
  /** Resolves once the reader has the log up to a seq. */
  reached(seq: number): Promise<void>;
  latencies: number[];
  leave(): Promise<void>;
}

/**
 * @param appends of each writer.
 * @param seconds for which idle readers are measured.
 */
export async function benchFollow(
  bed: Bed,
  appends: number,
  seconds: number,
): Promise<Section[]> {
  const users = await makeUsers(bed, 200);
  return [
    {
      title: "From append to reader, in milliseconds",
      rows: [
        await measureLatency(
          bed,
          "50 readers, 5 writers",
          users,
          50,
          5,
          appends,
        ),
        await measureLatency(bed, "1 reader, 1 writer", users, 1, 1, appends),
      ],
    },
    {
      title: `200 idle readers for ${seconds} s`,
      rows: [
        await measureIdle(bed, "no reader", [], seconds),
        await measureIdle(bed, "of 4 users", spread(users, 4), seconds),
        await measureIdle(bed, "of 200 users", spread(users, 200), seconds),
      ],
    },
  ];
}

/** Users with a token each. Signing up would take the machine a minute. */
async function makeUsers(
  { stack, user, admin }: Bed,
  count: number,
): Promise<User[]> {
  const { Authorization = "" } = user.headers;
  const claims = claimsOf(Authorization.slice("Bearer ".length));
  const users = await admin<{ id: string }[]>`
    insert into auth.users (id, aud, role, email)
    select gen_random_uuid(), 'authenticated', 'authenticated', n || '@follow.example.com'
    from generate_series(1, ${count}::int) n
    returning id
  `;
  return await Promise.all(users.map(async ({ id }) => {
    const token = await stack.key.sign({ ...claims, sub: id });
    const headers = { ...user.headers, Authorization: `Bearer ${token}` };
    return { id, headers };
  }));
}

/** 200 readers' users, out of the first `count`. */
function spread(users: User[], count: number): User[] {
  return Array.from({ length: 200 }, (_, index) => users[index % count]!);
}

/** Each writer waits for the answer, and up to two seconds more, before it appends again. */
async function measureLatency(
  bed: Bed,
  what: string,
  users: User[],
  readerCount: number,
  writerCount: number,
  appends: number,
): Promise<Row> {
  const id = await conversationOf(bed, users);
  const readers = await Promise.all(
    Array.from(
      { length: readerCount },
      (_, index) => openReader(bed, users[index % 10]!, id),
    ),
  );
  await Promise.all(readers.map((reader) => reader.reached(1)));
  for (const { latencies } of readers) latencies.length = 0;
  await Promise.all(
    Array.from({ length: writerCount }, async (_, index) => {
      for (let count = 0; count < appends; count++) {
        await append(bed, users[index]!, id);
        await sleep(Math.random() * 2000);
      }
    }),
  );
  const last = 1 + writerCount * appends;
  await Promise.all(readers.map((reader) => reader.reached(last)));
  const latencies = readers.flatMap((reader) => reader.latencies)
    .toSorted((a, b) => a - b);
  await Promise.all(readers.map((reader) => reader.leave()));
  const at = (part: number) =>
    rounded(latencies[Math.floor(part * (latencies.length - 1))] ?? NaN);
  return {
    what,
    figures: {
      p50: at(0.5),
      p95: at(0.95),
      max: at(1),
      messages: latencies.length,
    },
  };
}

async function measureIdle(
  bed: Bed,
  what: string,
  users: User[],
  seconds: number,
): Promise<Row> {
  const readers = await Promise.all(
    users.map(async (user) =>
      openReader(bed, user, await conversationOf(bed, [user]))
    ),
  );
  await Promise.all(readers.map((reader) => reader.reached(1)));
  // Until nothing has happened for long enough that looks are rare.
  await sleep(seconds * 1000);
  const before = await spent(bed);
  await sleep(seconds * 1000);
  const after = await spent(bed);
  await Promise.all(readers.map((reader) => reader.leave()));
  return {
    what,
    figures: {
      "function CPU, %": rounded(100 * (after.cpu - before.cpu) / seconds),
      "PostgreSQL CPU, %": rounded(
        100 * (after.database - before.database) / seconds,
      ),
      "transactions a second": rounded(
        (after.transactions - before.transactions) / seconds,
      ),
      "connections": after.connections,
      "memory, MB": rounded(after.memoryMb),
    },
  };
}

/** What the function's process and PostgreSQL have spent so far. */
async function spent({ stack, admin }: Bed) {
  const pid = stack.functions.pid("conversation-history") ?? 0;
  const backends = await admin<{ pid: number }[]>`
    select pid from pg_stat_activity where usename = 'authenticator'
  `;
  const [done] = await admin<{ transactions: number }[]>`
    select xact_commit::int as transactions from pg_stat_database where datname = current_database()
  `;
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  let database = 0;
  for (const backend of backends) database += await cpuSeconds(backend.pid);
  return {
    cpu: await cpuSeconds(pid),
    database,
    connections: backends.length,
    transactions: done?.transactions ?? 0,
    memoryMb: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024,
  };
}

/** A conversation of the first user with one message, which the others may write to. */
async function conversationOf(
  { admin, ...bed }: Bed,
  [owner, ...members]: User[],
): Promise<string> {
  const { conversation } = await append(bed, owner!, crypto.randomUUID());
  for (const { id } of members.slice(0, 10)) {
    await admin`
      insert into continuum.conversation_members (conversation_id, user_id, role)
      values (${conversation.id}, ${id}, 'editor')
    `;
  }
  return conversation.id;
}

async function append(
  { stack }: Pick<Bed, "stack">,
  { headers }: User,
  continuation_id: string,
) {
  const response = await fetch(
    `${stack.apiUrl}/functions/v1/conversation-append`,
    {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json" },
      body: JSON.stringify({
        continuation_id,
        messages: [{ role: "user", content: "Hello, readers." }],
      }),
    },
  );
  if (!response.ok) throw new Error(await response.text());
  return await response.json();
}

/** A reader that comes back whenever its stream has ended. */
async function openReader(
  { stack }: Bed,
  { headers }: User,
  id: string,
): Promise<Reader> {
  const gone = new AbortController();
  const latencies: number[] = [];
  let last = 0;
  let wake = () => {};
  const open = async () => {
    const response = await fetch(
      `${stack.apiUrl}/functions/v1/conversation-history/${id}/follow?live=sse&after=${last}`,
      { headers, signal: gone.signal },
    );
    if (!response.ok) throw new Error(await response.text());
    return response.body!.pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream());
  };
  const first = await open();
  const reading = (async () => {
    for (let events = first; !gone.signal.aborted; events = await open()) {
      for await (const { event, data } of events) {
        if (event !== "message") continue;
        const { seq, created_at } = JSON.parse(data);
        latencies.push(Date.now() - Date.parse(created_at));
        last = seq;
        wake();
      }
    }
  })().catch((error) => {
    if (!gone.signal.aborted) throw error;
  });
  return {
    latencies,
    async reached(seq) {
      while (last < seq) {
        await new Promise<void>((resolve) => wake = resolve);
      }
    },
    async leave() {
      gone.abort();
      await reading;
    },
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
