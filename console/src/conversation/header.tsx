/** The head of a conversation: its title, its tabs, and what can be done with it. */
import { CodeToggle } from "../calls/toggle.tsx";
import { listedTitle, refreshList } from "../conversations/list_store.ts";
import { notify } from "../lib/notices.ts";
import { useLayoutEffect, useRef, useState } from "../lib/preact.ts";
import { conversationHref, go, type Tab } from "../lib/router.ts";
import { useAction } from "../lib/use_task.ts";
import { count, counted } from "../lib/words.ts";
import { ForkDialog } from "../messages/message_menu.tsx";
import { continuum } from "../project/client.ts";
import { Confirm, Rename } from "../ui/ask.tsx";
import { BackToList } from "../ui/back.tsx";
import { Button } from "../ui/button.tsx";
import { Menu, type MenuItem } from "../ui/menu.tsx";
import { exportConversation } from "./export.ts";
import { ShareDialog } from "./share.tsx";
import type { ConversationStore } from "./store.ts";

const TABS: Record<Tab, string> = {
  messages: "Messages",
  context: "Context",
  files: "Files",
};

type Asked = "rename" | "fork" | "share" | "delete" | null;

export function ConversationHeader(
  { store, tab }: { store: ConversationStore; tab: Tab },
) {
  const [asked, setAsked] = useState<Asked>(null);
  const conversation = store.conversation.value;
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const files = store.files.value.size;
  return (
    <header class="page-header conversation-header">
      <BackToList />
      <div class="conversation-title">
        <h1 ref={heading} tabIndex={-1}>
          {conversation?.title ?? listedTitle(store.id) ?? "Conversation"}
        </h1>
        {conversation && (
          <p class="faint">
            <code class="wide-only">{conversation.continuation_id}</code>
            <span>{counted(conversation.last_seq, "message")}</span>
            {conversation.access !== "owner" && (
              <span class="badge">{conversation.access}</span>
            )}
            {conversation.archived_at && <span class="badge">archived</span>}
            <Live store={store} />
          </p>
        )}
      </div>
      {conversation && (
        <>
          <nav class="tabs" aria-label="Views of the conversation">
            {Object.entries(TABS).map(([name, label]) => (
              <a
                key={name}
                href={conversationHref(store.id, name as Tab)}
                aria-current={name === tab ? "page" : undefined}
              >
                {label}
                {name === "files" && files > 0 && (
                  <span class="number-badge">{count(files)}</span>
                )}
              </a>
            ))}
          </nav>
          <Actions store={store} ask={setAsked} />
          <Dialogs store={store} asked={asked} onClose={() => setAsked(null)} />
        </>
      )}
    </header>
  );
}

function Live({ store }: { store: ConversationStore }) {
  const isLive = store.isLive.value;
  return (
    <span
      class={isLive ? "live on" : "live"}
      title={isLive
        ? "New messages are shown as they come"
        : "Not connected: new messages are not shown"}
    >
      {isLive ? "Live" : "Not live"}
    </span>
  );
}

function Actions(
  { store, ask }: { store: ConversationStore; ask(asked: Asked): void },
) {
  const { access, archived_at } = store.conversation.value!;
  const handle = () => continuum().conversation(store.id);
  const [, archive] = useAction(async () => {
    store.conversation.value = await handle().update({
      archived: archived_at === null,
    });
    refreshList();
    notify(archived_at === null ? "Archived." : "No longer archived.");
  });
  const [isExporting, runExport] = useAction(() =>
    exportConversation(store.conversation.value!)
  );
  const [, leave] = useAction(async () => {
    await handle().decline();
    refreshList();
    notify("You have left the conversation.");
    go("#/");
  });
  const items: (MenuItem | false)[] = [
    access !== "viewer" &&
    { label: "Rename", icon: "edit", run: () => ask("rename") },
    { label: "Fork", icon: "branch", run: () => ask("fork") },
    {
      label: isExporting ? "Exporting…" : "Export",
      icon: "download",
      run: runExport,
    },
    access !== "viewer" && {
      label: archived_at === null ? "Archive" : "Take out of the archive",
      icon: "archive",
      run: archive,
    },
    access !== "owner" &&
    { label: "Leave", icon: "close", danger: true, run: leave },
    access === "owner" && {
      label: "Delete",
      icon: "trash",
      danger: true,
      run: () => ask("delete"),
    },
  ];
  return (
    <div class="page-actions">
      {access === "owner" && (
        <Button icon="share" onClick={() => ask("share")}>
          <span class="button-label">Share</span>
        </Button>
      )}
      <CodeToggle />
      <Menu
        label="Actions for the conversation"
        items={items.filter((item) => item !== false)}
      />
    </div>
  );
}

function Dialogs(
  { store, asked, onClose }: {
    store: ConversationStore;
    asked: Asked;
    onClose(): void;
  },
) {
  const handle = () => continuum().conversation(store.id);
  switch (asked) {
    case "rename":
      return (
        <Rename
          title="Rename the conversation"
          label="Title"
          value={store.conversation.value?.title ?? ""}
          onClose={onClose}
          onSave={async (title) => {
            store.conversation.value = await handle().update({ title });
            refreshList();
            notify("Renamed.");
          }}
        />
      );
    case "fork":
      return <ForkDialog store={store} onClose={onClose} />;
    case "share":
      return <ShareDialog store={store} onClose={onClose} />;
    case "delete":
      return (
        <Confirm
          title="Delete the conversation?"
          action="Delete"
          onClose={onClose}
          onConfirm={async () => {
            store.close();
            await handle().delete();
            refreshList();
            notify("The conversation is deleted.");
            go("#/");
          }}
        >
          All its messages and branches are removed for good, also for those it
          is shared with.
        </Confirm>
      );
    case null:
      return null;
  }
}
