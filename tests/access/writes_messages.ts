/** Who may change messages straight through the Data API. */
import { actors, type State, type World } from "./world.ts";
import { has, table, type Write } from "./write.ts";

const message = (conversation_id: string, seq: number, rest = {}) => ({
  conversation_id,
  seq,
  role: "user",
  content: "Changed",
  token_count: 2,
  // 32 bytes in any reading of a bytea.
  payload_hash: "x".repeat(32),
  ...rest,
});

/** Whether there is a message more in the shared conversation, or one of other content. */
export const appended = (after: State, { shared }: World) =>
  has(after.messages, { conversation_id: shared, content: "Changed" });

export const messages: Write[] = [
  {
    what: "insert the next message",
    allowed: "owner editor",
    run: (actor, { shared }) =>
      table(actor, "messages").insert(message(shared, 2)),
    happened: appended,
  },
  ...[1, 3].map((seq): Write => ({
    what: `insert a message with seq ${seq} after seq 1`,
    allowed: "",
    run: (actor, { shared }) =>
      table(actor, "messages").insert(message(shared, seq)),
    happened: appended,
  })),
  {
    what: "insert a batch with a gap",
    allowed: "",
    run: (actor, { shared }) =>
      table(actor, "messages").insert([message(shared, 2), message(shared, 4)]),
    happened: appended,
  },
  {
    what: "insert a message with a part that is no object",
    allowed: "",
    run: (actor, { shared }) =>
      table(actor, "messages").insert(
        message(shared, 2, { parts: [{ type: "text" }, [{}]] }),
      ),
    happened: appended,
  },
  {
    what: "insert a message with parts of 9 MiB",
    allowed: "",
    run: (actor, { shared }) =>
      table(actor, "messages").insert(
        message(shared, 2, { parts: [{ a: "x".repeat(9 << 20) }] }),
      ),
    happened: appended,
  },
  {
    what: "insert a message of another author",
    allowed: "",
    run: (actor, { shared }) =>
      table(actor, "messages").insert(
        message(shared, 2, { author_id: actors.viewer.id }),
      ),
    happened: appended,
  },
  {
    what: "insert a message with a time of one's own",
    allowed: "",
    run: (actor, { shared }) =>
      table(actor, "messages").insert(
        message(shared, 2, { created_at: "2020-01-01T00:00:00Z" }),
      ),
    happened: appended,
  },
  {
    what: "insert a message into a conversation that is not shared",
    allowed: "owner",
    run: (actor, { unshared }) =>
      table(actor, "messages").insert(message(unshared, 2)),
    happened: (after, { unshared }) =>
      has(after.messages, { conversation_id: unshared, content: "Changed" }),
  },
  {
    what: "update a message",
    allowed: "",
    run: (actor, { shared }) =>
      table(actor, "messages").update({ content: "Changed" }).eq(
        "conversation_id",
        shared,
      ),
    happened: appended,
  },
  {
    what: "delete a message",
    allowed: "",
    run: (actor, { shared }) =>
      table(actor, "messages").delete().eq("conversation_id", shared),
    happened: (after, { shared }) =>
      !has(after.messages, { conversation_id: shared, seq: "1" }),
  },
];
