/** What a client believed after each of its calls, and whether the database agrees. */
import type { Message } from "../../client/src/index.ts";
import { withSql } from "../support/sql.ts";

/** `unknown`: it failed, and said that it may have been carried out. */
export type Belief = "done" | "refused" | "unknown";

export interface AppendBelief {
  belief: Belief;
  conversation: string;
  writer: number;
  /** No other message has one of these. */
  texts: string[];
  /** What was answered, if it is done. */
  messages: Message[];
}

/** Something with a name that no other call uses. */
export interface NamedBelief {
  belief: Belief;
  name: string;
}

export class Journal {
  readonly appends: AppendBelief[] = [];
  /** By title. */
  readonly forks: NamedBelief[] = [];
  /** By file name. */
  readonly uploads: NamedBelief[] = [];
  /** Conversations, by continuation id. */
  readonly deletions: NamedBelief[] = [];
  /** Ids of messages whose erasure was done or may have been. */
  readonly erased = new Set<string>();
  /** How the calls ended, by what they were and the code of their error. */
  readonly endings = new Map<string, number>();
  readonly surprises: string[] = [];
  /** Ids of messages in the order in which followers heard them. */
  readonly followed: { conversation: string; heard: string[] }[] = [];

  count(ending: string): void {
    this.endings.set(ending, (this.endings.get(ending) ?? 0) + 1);
  }

  /** Whatever does not agree with what is stored for these users, as sentences. */
  async disagreements(owners: string[]): Promise<string[]> {
    const { rows, forks, files, names } = await stored(owners);
    const gone = new Set(
      this.deletions.filter(({ name }) => !names.has(name))
        .map(({ name }) => name),
    );
    return [
      ...this.surprises,
      ...this.deletions
        .filter(({ belief, name }) =>
          belief !== "unknown" && (belief === "done") !== gone.has(name)
        )
        .map(({ belief, name }) => `Deletion of ${name}: ${belief}.`),
      ...named("Fork", this.forks, forks),
      ...named("File", this.uploads, files),
      ...this.#lostOrDoubled(rows, gone),
      ...this.#reordered(),
      ...this.#misheard(rows),
      ...gaps(rows),
    ];
  }

  /** Whether every follower has heard as many messages as there are. */
  async isHeard(owners: string[]): Promise<boolean> {
    const { rows } = await stored(owners);
    return this.followed.every(({ conversation, heard }) =>
      heard.length >=
        rows.filter((row) => row.conversation === conversation).length
    );
  }

  /** A follower has heard the whole log in order. */
  #misheard(rows: Row[]): string[] {
    return this.followed.flatMap(({ conversation, heard }) => {
      const log = rows.filter((row) => row.conversation === conversation);
      return log.length === heard.length &&
          log.every(({ id }, at) => id === heard[at])
        ? []
        : [
          `A follower of ${conversation} heard ${heard.length} of ${log.length}.`,
        ];
    });
  }

  /** A batch is stored once if it is done, never if it was refused, and always whole. */
  #lostOrDoubled(rows: Row[], gone: Set<string>): string[] {
    const byText = Map.groupBy(rows, ({ content }) => content ?? "");
    const byId = new Map(rows.map((row) => [row.id, row]));
    const faults: string[] = [];
    let known = 0;
    for (const { belief, conversation, texts, messages } of this.appends) {
      if (gone.has(conversation)) continue;
      const found = texts.map((text, at) => {
        const answered = byId.get(messages[at]?.id ?? "");
        return answered && this.erased.has(answered.id)
          ? [answered]
          : byText.get(text) ?? [];
      });
      const counts = found.map(({ length }) => length);
      const wanted = belief === "done"
        ? [1]
        : belief === "refused"
        ? [0]
        : [0, 1];
      // A message of unknown outcome cannot be erased: nobody knows its id.
      if (!wanted.some((count) => counts.every((is) => is === count))) {
        faults.push(
          `${texts} in ${conversation}: ${belief}, stored ${counts} times.`,
        );
      }
      const seqs = found.flat().map(({ seq }) => seq);
      if (seqs.some((seq, at) => seq !== seqs[0]! + at)) {
        faults.push(`${texts} in ${conversation} has seqs ${seqs}.`);
      }
      for (const { id, seq } of messages) {
        if (byId.get(id)?.seq !== seq) faults.push(`${id} is not at ${seq}.`);
      }
      known += seqs.length;
    }
    if (known !== rows.length) {
      faults.push(`${rows.length} rows, of which ${known} were appended.`);
    }
    return faults;
  }

  /** What a writer has appended later stands later. */
  #reordered(): string[] {
    const last = new Map<string, number>();
    return this.appends.flatMap(
      ({ belief, conversation, writer, messages }) => {
        if (belief !== "done") return [];
        const key = `${writer} ${conversation}`;
        const [first, end] = [
          messages.at(0)?.seq ?? 0,
          messages.at(-1)?.seq ?? 0,
        ];
        const isLater = first > (last.get(key) ?? 0);
        last.set(key, end);
        return isLater ? [] : [`Writer ${key} went back to ${first}.`];
      },
    );
  }
}

interface Row {
  id: string;
  conversation: string;
  seq: number;
  content: string | null;
}

/** All that they have, but for the messages of forks. */
function stored(owners: string[]) {
  return withSql(async (sql) => {
    const rows = await sql<Row[]>`
      select m.id, c.continuation_id as conversation, m.seq::int, m.content
      from continuum.messages m join continuum.conversations c on c.id = m.conversation_id
      where c.owner_id = any (${owners}) and c.title not like 'fork %'
      order by 2, 3
    `;
    const conversations = await sql`
      select continuation_id, title from continuum.conversations where owner_id = any (${owners})
    `;
    const files = await sql`
      select original_name from continuum.files where owner_id = any (${owners}) and status = 'ready'
    `;
    return {
      rows: [...rows],
      names: new Set(
        conversations.map(({ continuation_id }) => continuation_id),
      ),
      forks: conversations.map(({ title }) => String(title))
        .filter((title) => title.startsWith("fork ")),
      files: files.map(({ original_name }) => String(original_name)),
    };
  });
}

function named(
  kind: string,
  beliefs: NamedBelief[],
  found: string[],
): string[] {
  const counts = Map.groupBy(found, (name) => name);
  const faults = beliefs.flatMap(({ belief, name }) => {
    const count = counts.get(name)?.length ?? 0;
    counts.delete(name);
    const agrees = belief === "unknown"
      ? count <= 1
      : count === (belief === "done" ? 1 : 0);
    return agrees ? [] : [`${kind} ${name}: ${belief}, there ${count} times.`];
  });
  return [
    ...faults,
    ...[...counts.keys()].map((name) => `${kind} ${name}: nobody's.`),
  ];
}

function gaps(rows: Row[]): string[] {
  return [...Map.groupBy(rows, ({ conversation }) => conversation)]
    .flatMap(([conversation, rows]) =>
      rows.some(({ seq }, at) => seq !== at + 1)
        ? [`${conversation} has a gap.`]
        : []
    );
}
