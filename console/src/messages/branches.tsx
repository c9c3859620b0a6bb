/** The other lines of a conversation, and what a message said before it was revised. */
import type { Message } from "../../../client/src/index.ts";
import type { ConversationStore } from "../conversation/store.ts";
import { useState } from "../lib/preact.ts";
import { useAction } from "../lib/use_task.ts";
import { counted, wholeTime } from "../lib/words.ts";
import { continuum } from "../project/client.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Body } from "./message.tsx";
import { switchTo } from "./message_menu.tsx";

interface BranchArrowsProps {
  position: number;
  store: ConversationStore;
}

/** `‹ 2 / 3 ›` where several lines begin. */
export function BranchArrows({ position, store }: BranchArrowsProps) {
  const lineage = store.lineage.value;
  const siblings = lineage?.siblings(position) ?? [];
  const at = siblings.indexOf(position);
  const [isBusy, goTo] = useSwitch(store);
  if (lineage === null || siblings.length < 2) return null;
  const mayWrite = store.conversation.value?.access !== "viewer";
  const step = (by: number) => {
    const other = siblings[at + by];
    if (other !== undefined) goTo(lineage.endOf(other));
  };
  return (
    <span class="branches" role="group" aria-label="Branches">
      <IconButton
        icon="back"
        label="Earlier branch"
        size={14}
        disabled={isBusy || at === 0 || !mayWrite}
        onClick={() => step(-1)}
      />
      <span aria-live="polite">
        {at + 1} / {siblings.length}
        <span class="visually-hidden">branches</span>
      </span>
      <IconButton
        icon="forward"
        label="Later branch"
        size={14}
        disabled={isBusy || at === siblings.length - 1 || !mayWrite}
        onClick={() => step(1)}
      />
    </span>
  );
}

/** At the end of a line that was rewound: the way to what went on from here. */
export function GoesOn({ store }: { store: ConversationStore }) {
  const head = store.conversation.value?.head_position ?? 0;
  const lineage = store.lineage.value;
  const next = lineage?.after(head) ?? [];
  const [isBusy, goTo] = useSwitch(store);
  const newest = next.at(-1);
  if (!lineage || newest === undefined) return null;
  if (store.conversation.value?.access === "viewer") return null;
  return (
    <p class="goes-on">
      <span class="faint">
        {next.length === 1
          ? "A branch goes on from here."
          : `${counted(next.length, "branch", "branches")} go on from here.`}
      </span>
      <Button
        kind="quiet"
        icon="branch"
        busy={isBusy}
        onClick={() => goTo(lineage.endOf(newest))}
      >
        Show the newest
      </Button>
    </p>
  );
}

function useSwitch(
  store: ConversationStore,
): [isBusy: boolean, goTo: (position: number) => void] {
  const [target, setTarget] = useState<{ position: number }>({ position: 0 });
  const [isBusy, run] = useAction(() => switchTo(store, target.position));
  return [isBusy, (position) => {
    target.position = position;
    setTarget(target);
    run();
  }];
}

/** The versions of a revised message: to read, and to take back. */
export function Versions(
  { message, store }: { message: Message; store: ConversationStore },
) {
  const [isOpen, setOpen] = useState(false);
  if (message.seq === message.position) return null;
  const versions = store.lineage.value?.versions(message.position) ?? [];
  return (
    <>
      <Button kind="quiet" icon="history" onClick={() => setOpen(true)}>
        Revised
      </Button>
      {isOpen && (
        <Dialog
          title={`Versions of message ${message.position}`}
          onClose={() => setOpen(false)}
          wide
        >
          <ol class="versions">
            {versions.toReversed().map((version) => (
              <li key={version.seq}>
                <header>
                  <strong>#{version.seq}</strong>
                  <span class="faint">{wholeTime(version.created_at)}</span>
                  {version.seq === message.seq
                    ? <span class="badge">Shown</span>
                    : (
                      <TakeBack
                        version={version}
                        store={store}
                        onDone={() => setOpen(false)}
                      />
                    )}
                </header>
                <Body message={version} />
              </li>
            ))}
          </ol>
        </Dialog>
      )}
    </>
  );
}

/** Revises the message to what it said before. */
function TakeBack(
  { version, store, onDone }: {
    version: Message;
    store: ConversationStore;
    onDone(): void;
  },
) {
  const [isBusy, run] = useAction(async () => {
    const { role, content, parts, metadata, file_ids } = version;
    const answer = await continuum().conversation(store.id).revise(
      version.position,
      { role, content, parts, metadata, file_ids },
    );
    store.take(answer.conversation, answer.messages);
    onDone();
  });
  if (
    version.erased_at !== null || store.conversation.value?.access === "viewer"
  ) return null;
  return (
    <Button kind="quiet" icon="undo" busy={isBusy} onClick={run}>
      Use this one
    </Button>
  );
}
