/** Saves a conversation as a file: NDJSON, every row of its log. */
import type { Conversation } from "../../../client/src/index.ts";
import { notify } from "../lib/notices.ts";
import { continuum } from "../project/client.ts";

export async function exportConversation(
  { id, continuation_id }: Conversation,
): Promise<void> {
  const stream = await continuum().conversation(id).export().stream();
  const blob = await new Response(stream).blob();
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = `${continuation_id.replace(/[^\w.-]+/g, "_")}.ndjson`;
  link.click();
  // The browser has begun to save it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  notify("The export is saved.");
}
