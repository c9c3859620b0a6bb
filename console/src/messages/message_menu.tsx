/** What can be done with a message, for whoever may do it. */
import type { Message } from "../../../client/src/index.ts";
import type { ConversationStore } from "../conversation/store.ts";
import { continueAfter } from "../composer/draft.ts";
import { refreshList } from "../conversations/list_store.ts";
import { notify } from "../lib/notices.ts";
import { useState } from "../lib/preact.ts";
import { conversationHref, go } from "../lib/router.ts";
import { continuum } from "../project/client.ts";
import { user } from "../project/session.ts";
import { Confirm, Rename } from "../ui/ask.tsx";
import { Menu, type MenuItem } from "../ui/menu.tsx";
import { useAction } from "../lib/use_task.ts";
import { textOfParts } from "./parts.ts";

interface MessageMenuProps {
  message: Message;
  store: ConversationStore;
  onRevise(): void;
  onJson(): void;
}

export function MessageMenu(
  { message, store, onRevise, onJson }: MessageMenuProps,
) {
  const [dialog, setDialog] = useState<"fork" | "erase" | null>(null);
  const { position, seq } = message;
  const conversation = store.conversation.value;
  const handle = () => continuum().conversation(store.id);
  const [, rewind] = useAction(async () => {
    const head = conversation?.head_position ?? 0;
    const answer = await handle().rewind(position);
    store.take(answer.conversation, answer.messages);
    notify(`The conversation ends at #${position} now.`, {
      label: "Undo",
      run: () => void switchTo(store, head),
    });
  });

  const mayWrite = conversation !== null && conversation.access !== "viewer";
  const mayErase = mayWrite && message.erased_at === null &&
    (conversation.access === "owner" || message.author_id === user.value?.id);
  const isLast = position === conversation?.head_position;
  const text = message.content ?? textOfParts(message.parts);
  const items: (MenuItem | false)[] = [
    text !== "" && {
      label: "Copy text",
      icon: "copy",
      run: () => void navigator.clipboard.writeText(text),
    },
    mayWrite && message.erased_at === null &&
    { label: "Revise", icon: "edit", run: onRevise },
    mayWrite && !isLast && {
      label: "Answer from here",
      icon: "branch",
      run: () => continueAfter.value = { id: store.id, position },
    },
    mayWrite && !isLast &&
    { label: "Rewind to here", icon: "undo", run: rewind },
    {
      label: "Fork up to here",
      icon: "share",
      run: () => setDialog("fork"),
    },
    { label: "Show as JSON", icon: "code", run: onJson },
    mayErase && {
      label: "Erase",
      icon: "erase",
      danger: true,
      run: () => setDialog("erase"),
    },
  ];
  return (
    <>
      <Menu
        label={`Actions for message ${position}`}
        items={items.filter((item) => item !== false)}
        size={16}
      />
      {dialog === "fork" && (
        <ForkDialog
          store={store}
          throughPosition={position}
          onClose={() => setDialog(null)}
        />
      )}
      {dialog === "erase" && (
        <Confirm
          title="Erase the message?"
          action="Erase"
          onClose={() => setDialog(null)}
          onConfirm={async () => {
            await handle().erase(seq);
            store.takeErased(seq);
            notify(`Message ${position} is erased.`);
          }}
        >
          Its text is removed from the database for good, also from search and
          export. Its place in the conversation stays.
        </Confirm>
      )}
    </>
  );
}

/** Copies the conversation, and goes to the copy. */
export function ForkDialog(
  { store, throughPosition, onClose }: {
    store: ConversationStore;
    throughPosition?: number;
    onClose(): void;
  },
) {
  const title = store.conversation.value?.title ?? "";
  return (
    <Rename
      title="Fork the conversation"
      label="Title of the copy"
      value={`${title} (copy)`.slice(0, 200)}
      hint={throughPosition === undefined
        ? "The copy is yours, and goes on by itself."
        : `The copy has the messages up to #${throughPosition}, and goes on by itself.`}
      action="Fork"
      onClose={onClose}
      onSave={async (title) => {
        const copy = await continuum().conversation(store.id)
          .fork({ title, throughPosition });
        refreshList();
        notify("This is the copy.");
        go(conversationHref(copy.id));
      }}
    />
  );
}

/** Makes the line that ends at `position` the live one. */
export async function switchTo(
  store: ConversationStore,
  position: number,
): Promise<void> {
  await continuum().conversation(store.id).update({ headPosition: position });
  await store.reload();
}
