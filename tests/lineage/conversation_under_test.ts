/** A conversation of an owner and an editor over HTTP, to be compared with the model of it. */
import assert from "node:assert/strict";
import { type Actor, cast } from "../support/actors.ts";
import {
  type Answer,
  append,
  fresh,
  history,
  request,
} from "../support/http.ts";
import type { Conversation, Outcome, Request } from "./model.ts";
import type { Random, Step } from "./random.ts";

// deno-lint-ignore no-explicit-any -- a message as the API answers it, looked into by many tests
export type Message = any;

export type Cast = Awaited<ReturnType<typeof cast>>;

/** Makes `actor` a member, by the API. */
export async function invite(
  owner: Actor,
  address: string,
  actor: Actor,
  role: "viewer" | "editor",
): Promise<void> {
  const path = `conversation-history/${address}/members/${actor.id}`;
  const { status, text } = await request(owner, path, {
    method: "PUT",
    json: { role },
  });
  assert.equal(status, 200, text);
}

/** A conversation without messages that both may write to; its id. */
export async function shared(
  owner: Actor,
  editor: Actor,
  name = fresh("lineage"),
): Promise<string> {
  const { status, body, text } = await append(owner, name, []);
  assert.equal(status, 201, text);
  await invite(owner, body.conversation.id, editor, "editor");
  return body.conversation.id;
}

/** Sends a request of the model to the conversation `id`. */
export function send(
  actor: Actor,
  id: string,
  sent: Request,
  idOf: (seq: number) => string = String,
): Promise<Answer> {
  const path = `conversation-history/${id}`;
  switch (sent.kind) {
    case "switch": {
      const { head_position } = sent;
      return request(actor, path, { method: "PATCH", json: { head_position } });
    }
    case "erase":
      return request(actor, `${path}/messages/${sent.seq}`, {
        method: "DELETE",
      });
    case "append": {
      const { kind: _, key, messages, ...rest } = sent;
      const drafts = messages.map(({ client_id, ...message }) => ({
        ...message,
        ...(client_id !== undefined && {
          client_id: client_id.startsWith("id:")
            ? idOf(Number(client_id.slice(3)))
            : client_id,
        }),
      }));
      const headers: Record<string, string> = key === undefined
        ? {}
        : { "Idempotency-Key": key };
      return append(actor, id, drafts, { ...rest, headers });
    }
  }
}

const statuses: Record<string, number> = {
  not_found: 404,
  owner_only: 403,
  position_conflict: 409,
  seq_conflict: 409,
  idempotency_mismatch: 422,
  validation_failed: 422,
};

/** Runs the steps against a fresh conversation and the model, and throws where they differ. */
export class Run {
  #ids = new Map<number, string>();

  private constructor(
    private readonly actors: Record<"owner" | "editor", Actor & { id: string }>,
    private readonly id: string,
    readonly model: Conversation,
  ) {}

  static async begin(
    { owner, editor }: Pick<Cast, "owner" | "editor">,
    model: Conversation,
  ): Promise<Run> {
    return new Run({ owner, editor }, await shared(owner, editor), model);
  }

  /** Sends one step and compares the answer and what is then read. `random` chooses a page. */
  async step({ writer, request }: Step, random: Random): Promise<void> {
    const expected = this.model.send(writer, request);
    const answer = await send(
      this.actors[writer],
      this.id,
      request,
      (seq) =>
        this.#ids.get(seq) ??
          `00000000-0000-4000-8000-${String(seq).padStart(12, "0")}`,
    );
    this.#compareAnswer(request, answer, expected);
    // What was refused shows after the next request that was not.
    if (!("code" in expected)) await this.#compareLog();
    if (random(3) === 0) await this.#comparePage(random);
  }

  #compareAnswer(request: Request, answer: Answer, expected: Outcome): void {
    const { status, body, headers, text } = answer;
    if ("code" in expected) {
      const { code, head_position, last_seq, index } = body;
      assert.deepEqual(
        { status, code, head_position, last_seq, index },
        {
          status: statuses[expected.code],
          head_position: undefined,
          last_seq: undefined,
          // A key is compared as a whole, so which of its messages differs is not said for sure.
          index: expected.code === "idempotency_mismatch" ? index : undefined,
          ...expected,
        },
        text,
      );
      return;
    }
    assert.ok(status < 300, text);
    if (request.kind !== "append") return;
    const { seqs, replayed } = expected;
    assert.deepEqual(
      {
        status,
        header: headers.get("Idempotency-Replayed"),
        replayed: body.replayed,
        seqs: body.messages.map(({ seq }: Message) => seq),
        head: body.conversation.head_position,
        last: body.conversation.last_seq,
      },
      {
        status: replayed ? 200 : 201,
        header: replayed ? "true" : null,
        replayed,
        seqs,
        head: this.model.head,
        last: this.model.log.length,
      },
    );
  }

  async #compareLog(): Promise<void> {
    const { status, body, text } = await history(
      this.actors.editor,
      this.id,
      "view=log&limit=500",
    );
    assert.equal(status, 200, text);
    for (const { seq, id } of body.messages) this.#ids.set(seq, id);
    assert.deepEqual(
      body.messages.map(rowOf),
      this.model.log.map(({ author, client_id, ...row }) => ({
        ...row,
        client_id: client_id?.startsWith("id:")
          ? this.#ids.get(Number(client_id.slice(3)))
          : client_id ?? this.#ids.get(row.seq),
        author_id: this.actors[author as "owner" | "editor"].id,
        erased: row.content === null,
      })),
    );
    assert.equal(body.conversation.head_position, this.model.head);
    assert.equal(body.conversation.last_seq, this.model.log.length);
  }

  /** A page of the line, between two random places, with the links around it. */
  async #comparePage(random: Random): Promise<void> {
    const line = this.model.line();
    const limit = 1 + random(line.length + 1);
    const place = () => random(this.model.log.length + 2);
    const after = random(2) === 0 ? place() : undefined;
    const before = random(3) === 0 ? 1 + place() : undefined;
    const query = Object.entries({ limit, before, after })
      .flatMap(([name, value]) => value === undefined ? [] : `${name}=${value}`)
      .join("&");

    const inside = line.filter(({ position }) =>
      position > (after ?? 0) && position < (before ?? Infinity)
    );
    const page = after === undefined
      ? inside.slice(-limit)
      : inside.slice(0, limit);
    const links: string[] = [];
    const [first, last] = [page.at(0), page.at(-1)];
    if (first && line[0] !== first) {
      links.push(`<?before=${first.position}&limit=${limit}>; rel="prev"`);
    }
    if (last && line.at(-1) !== last) {
      links.push(`<?after=${last.position}&limit=${limit}>; rel="next"`);
    }

    const { status, body, headers, text } = await history(
      this.actors.owner,
      this.id,
      query,
    );
    assert.equal(status, 200, `${query}: ${text}`);
    assert.deepEqual(
      {
        seqs: body.messages.map(({ seq }: Message) => seq),
        has_more: body.has_more,
        link: headers.get("Link"),
      },
      {
        seqs: page.map(({ seq }) => seq),
        has_more: page.length < inside.length,
        link: links.length === 0 ? null : links.join(", "),
      },
      query,
    );
  }
}

function rowOf(message: Message) {
  const { seq, position, parent_position, live, content, client_id } = message;
  return {
    seq,
    position,
    parent: parent_position,
    live,
    content,
    client_id,
    author_id: message.author_id,
    erased: message.erased_at !== null,
  };
}
