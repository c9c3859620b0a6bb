/** Sends an append again as it was, to show what its key is for: nothing is stored twice. */
import { complain, notify } from "../lib/notices.ts";
import { continuum } from "../project/client.ts";
import type { Draft } from "./draft.ts";

/** The last append, to send it again as it was. */
export interface Sent {
  id: string;
  draft: Draft;
  fileIds: string[];
  seq: number;
  afterPosition: number | undefined;
}

/** Shows what a key is for: the same request again stores nothing. */
export function SendAgain({ sent }: { sent: Sent }) {
  const { id, draft, fileIds, seq, afterPosition } = sent;
  const again = async () => {
    try {
      const { replayed } = await continuum().conversation(id).append(
        [{
          role: draft.role,
          content: draft.text,
          ...(fileIds.length > 0 ? { file_ids: fileIds } : {}),
        }],
        { idempotencyKey: draft.key, afterPosition },
      );
      notify(
        replayed
          ? `Nothing was written: the key is known, so the answer is the first one, #${seq}.`
          : "It was written.",
      );
    } catch (error) {
      complain(error);
    }
  };
  return (
    <>
      <span class="faint">Stored as #{seq}.</span>
      <button type="button" class="link" onClick={() => void again()}>
        Send again with the same key
      </button>
    </>
  );
}
