/** `GET /conversation-history/{continuation_id}/export`: all of it, as NDJSON. */
import { createRoute, z } from "@hono/zod-openapi";
import { requireUser } from "../_shared/auth.ts";
import {
  Conversation,
  ConversationPath,
} from "../_shared/conversation_schemas.ts";
import { databaseAnswer } from "../_shared/database_errors.ts";
import type { Db } from "../_shared/env.ts";
import { File } from "../_shared/file_schemas.ts";
import { problems, userProblems, userSecurity } from "../_shared/openapi.ts";
import { createRouter } from "../_shared/router.ts";

/** A plain string, lest the route's types take the stream for one JSON value. */
const NDJSON: string = "application/x-ndjson";

const exportConversation = createRoute({
  operationId: "exportConversation",
  method: "get",
  path: "/{continuation_id}/export",
  summary: "Export a conversation as NDJSON",
  description:
    "A line each, with its type: conversation, message (oldest to newest, up to the " +
    "last_seq of the first line), file (the manifest) and end, with the counts. An export without " +
    "its end line is incomplete.",
  security: userSecurity,
  middleware: [requireUser] as const,
  request: { params: ConversationPath },
  responses: {
    200: {
      description: "The export.",
      content: { [NDJSON]: { schema: { type: "string" } } },
    },
    ...problems(...userProblems, "not_found"),
  },
});

/** What begin_export and export_messages answer. */
const Begun = z.strictObject({
  conversation: Conversation,
  files: z.array(File),
});
const Piece = z.strictObject({
  lines: z.string().nullable(),
  count: z.int(),
  last_seq: z.int().nullable(),
});

export const exporting = createRouter();

exporting.openapi(exportConversation, async (c) => {
  const { continuation_id } = c.req.valid("param");
  const begun = Begun.parse(
    await databaseAnswer(c.var.db.rpc("begin_export", { continuation_id })),
  );

  const lines = exportLines(c.var.db, begun);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      // What fails here breaks the connection: the status is long sent, and a cut says it best.
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

/** The export piece by piece; one piece is held at a time. */
async function* exportLines(
  db: Db,
  { conversation, files }: z.infer<typeof Begun>,
): AsyncGenerator<string> {
  yield line({ type: "conversation", ...conversation });
  let messages = 0;
  for (let after = 0; after < conversation.last_seq;) {
    const piece = Piece.parse(
      await databaseAnswer(
        db.rpc("export_messages", {
          conversation_id: conversation.id,
          after,
          through: conversation.last_seq,
        }),
      ),
    );
    // Deleted, or taken away, in the middle: the end line would be a lie.
    if (piece.lines === null || piece.last_seq === null) {
      throw new Error("The conversation is gone");
    }
    yield piece.lines;
    messages += piece.count;
    after = piece.last_seq;
  }
  for (const file of files) yield line({ type: "file", ...file });
  yield line({ type: "end", messages, files: files.length });
}

function line(value: Record<string, unknown>): string {
  return JSON.stringify(value) + "\n";
}
