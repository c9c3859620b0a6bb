/** `GET /conversation-history/{continuation_id}/export`: a whole conversation as NDJSON. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { userRoute } from "../_shared/http/route.ts";
import { call, read } from "../_shared/platform/database.ts";
import type { Env } from "../_shared/platform/env.ts";
import { ConversationPath } from "../_shared/wire/conversation.ts";

const NDJSON = "application/x-ndjson";

export const exportConversation = userRoute({
  operationId: "exportConversation",
  tag: "Conversations",
  get: "/{continuation_id}/export",
  summary: "Export a conversation as NDJSON",
  description:
    "Each line is a JSON object with a `type`: `conversation`, `message` (every row of the log with its lineage, up " +
    "to the `last_seq` of the first line), `file` (metadata without the bytes) and `end` (with the counts). An " +
    "export without its `end` line is incomplete.",
  params: ConversationPath,
  answers: { 200: ["The export.", { [NDJSON]: z.string() }] },
  problems: ["not_found"],
}, async (c, { params }) => {
  const conversation = await call(c, "begin_export", params);
  const lines = exportLines(c, conversation);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      // A failure here closes the connection. No other signal is left, since the status was sent long ago.
      const { value, done } = await lines.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await lines.return(undefined);
    },
  }, { highWaterMark: 0 });
  return c.body(body, 200, { "Content-Type": NDJSON });
});

/** The export piece by piece. Only one piece is in memory at a time. */
async function* exportLines(
  c: Context<Env>,
  conversation: string,
): AsyncGenerator<string> {
  yield typed("conversation", conversation);
  const { id, last_seq } = JSON.parse(conversation);

  let messages = 0;
  for (let after = 0; after < last_seq;) {
    const piece: { lines: string | null; count: number; last_seq: number } =
      JSON.parse(
        await read(c, "export_messages", {
          conversation_id: id,
          after,
          through: last_seq,
        }),
      );
    // Deleted or no longer shared meanwhile: the export is incomplete and must not have an end line.
    if (piece.lines === null) throw new Error("The conversation is gone");
    yield piece.lines;
    messages += piece.count;
    after = piece.last_seq;
  }

  let files = 0;
  for (let last: { created_at: string; id: string } | null = null;;) {
    const piece: {
      lines: string | null;
      count: number;
      last: { created_at: string; id: string } | null;
    } = JSON.parse(
      await call(c, "export_files", {
        conversation_id: id,
        through_seq: last_seq,
        ...(last && { after_created_at: last.created_at, after_id: last.id }),
      }),
    );
    if (piece.lines !== null) yield piece.lines;
    files += piece.count;
    last = piece.last;
    if (last === null) break;
  }
  yield JSON.stringify({ type: "end", messages, files }) + "\n";
}

/** A line: the text of a JSON object, with `type` added as its first member. */
function typed(type: string, object: string): string {
  return `{"type":"${type}",${object.slice(1)}\n`;
}
