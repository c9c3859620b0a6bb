/** Replaces what a message says. What follows it stays. */
import type { Message } from "../../../client/src/index.ts";
import type { ConversationStore } from "../conversation/store.ts";
import { useLayoutEffect, useRef, useState } from "../lib/preact.ts";
import { notify } from "../lib/notices.ts";
import { useAction } from "../lib/use_task.ts";
import { continuum } from "../project/client.ts";
import { Button } from "../ui/button.tsx";
import { shownPart, textOfParts } from "./parts.ts";

export function Revise(
  { message, store, onClose }: {
    message: Message;
    store: ConversationStore;
    onClose(): void;
  },
) {
  const [text, setText] = useState(
    message.content ?? textOfParts(message.parts),
  );
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => area.current?.focus(), []);
  const [isBusy, run] = useAction(async () => {
    const { role, metadata, file_ids } = message;
    // The text is the content's from now on; calls, results and pictures stay.
    const rest = (message.parts ?? [])
      .filter((part) => shownPart(part).kind !== "text");
    const answer = await continuum().conversation(store.id).revise(
      message.position,
      {
        role,
        metadata,
        file_ids,
        content: text,
        ...(rest.length > 0 ? { parts: rest } : {}),
      },
    );
    store.take(answer.conversation, answer.messages);
    notify(`Message ${message.position} is revised.`);
    onClose();
  });
  return (
    <form
      class="revise"
      onSubmit={(event) => {
        event.preventDefault();
        run();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
      }}
    >
      <textarea
        ref={area}
        aria-label={`New text of message ${message.position}`}
        value={text}
        rows={Math.min(Math.max(text.split("\n").length, 3), 16)}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <div class="revise-actions">
        <span class="hint">What follows this message stays.</span>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          kind="primary"
          type="submit"
          busy={isBusy}
          disabled={text.trim() === ""}
        >
          Revise
        </Button>
      </div>
    </form>
  );
}
