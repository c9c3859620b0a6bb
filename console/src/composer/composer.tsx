/** Where a message is written: its role, its files, and what is to hold when it is sent. */
import type { AppendAnswer } from "../../../client/src/index.ts";
import type { ConversationStore } from "../conversation/store.ts";
import { DropZone, FileButton } from "../files/drop.tsx";
import { UploadList } from "../files/upload_list.tsx";
import { Uploads } from "../files/uploads.ts";
import { complain, speak } from "../lib/notices.ts";
import {
  type ComponentChildren,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "../lib/preact.ts";
import { hasCode } from "../lib/problems.ts";
import { ROLE_NAMES, ROLES } from "../messages/roles.tsx";
import { continuum } from "../project/client.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { Conflict } from "./conflict.tsx";
import {
  continueAfter,
  type Draft,
  emptyDraft,
  newKey,
  storedDraft,
  storeDraft,
} from "./draft.ts";
import { ComposerOptions } from "./options.tsx";
import { SendAgain, type Sent } from "./send_again.tsx";

interface ComposerProps {
  /** The conversation's id; for a new one, the name that it shall have, or none. */
  id: string;
  /** null for a new conversation. */
  store: ConversationStore | null;
  title?: string | undefined;
  onSent(answer: AppendAnswer): void;
  children: ComponentChildren;
}

/** Files can be dropped anywhere on `children`, which are shown above. */
export function Composer(
  { id, store, title, onSent, children }: ComposerProps,
) {
  const draftId = store?.id ?? "";
  const [draft, setDraft] = useState<Draft>(() => storedDraft(draftId));
  const [isGuarded, setGuarded] = useState(true);
  const [isBusy, setBusy] = useState(false);
  const [conflict, setConflict] = useState<number | null>(null);
  const [sent, setSent] = useState<Sent | null>(null);
  const uploads = useMemo(() => new Uploads(), []);
  const area = useRef<HTMLTextAreaElement>(null);

  const lastSeq = store?.conversation.value?.last_seq ?? 0;
  const branchAt = continueAfter.value?.id === store?.id
    ? continueAfter.value
    : null;
  const pending = uploads.items.value
    .some(({ state }) => state === "waiting" || state === "sending");
  const mayNotSend = draft.text.trim() === "" || pending || isBusy;

  useEffect(() => storeDraft(draftId, draft), [draft]);
  useLayoutEffect(() => {
    if (branchAt) area.current?.focus();
  }, [branchAt]);
  useEffect(() => {
    const element = area.current;
    if (element === null) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight, 280)}px`;
  }, [draft.text]);

  function write(change: Partial<Draft>) {
    setDraft((draft) => {
      const next = { ...draft, ...change, key: newKey() };
      return {
        ...next,
        begunAt: next.text === "" ? null : draft.begunAt ?? lastSeq,
      };
    });
    setSent(null);
  }

  async function send(expectedSeq: number | undefined) {
    const { text, role, key } = draft;
    const fileIds = uploads.items.peek()
      .flatMap(({ file }) => file ? [file.id] : []);
    const afterPosition = branchAt?.position;
    setBusy(true);
    setConflict(null);
    try {
      const answer = await continuum().conversation(id || undefined).append(
        [{
          role,
          content: text,
          ...(fileIds.length > 0 ? { file_ids: fileIds } : {}),
        }],
        { idempotencyKey: key, expectedSeq, afterPosition, title },
      );
      const { conversation, messages } = answer;
      const seq = messages[0]?.seq ?? 0;
      setSent({ id: conversation.id, draft, fileIds, seq, afterPosition });
      setDraft(emptyDraft(role));
      storeDraft(draftId, emptyDraft());
      uploads.clearDone();
      continueAfter.value = null;
      speak(`Stored as message ${seq}.`);
      onSent(answer);
    } catch (error) {
      if (hasCode(error, "seq_conflict")) {
        const { last_seq } = (error as { problem: { last_seq?: number } })
          .problem;
        setConflict(last_seq ?? lastSeq);
      } else complain(error);
    } finally {
      setBusy(false);
      area.current?.focus();
    }
  }

  const submit = () => {
    if (mayNotSend) return;
    const expected = isGuarded && store ? draft.begunAt ?? lastSeq : undefined;
    void send(expected);
  };

  return (
    <DropZone
      class="with-composer"
      onFiles={(files) => uploads.add(files)}
    >
      {children}
      <form
        class="composer"
        aria-label="Write a message"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {conflict !== null && (
          <Conflict
            begunAt={draft.begunAt ?? 0}
            lastSeq={conflict}
            onSend={() => void send(conflict)}
            onKeep={() => {
              setConflict(null);
              area.current?.focus();
            }}
          />
        )}
        {branchAt && (
          <p class="composer-note">
            Your message follows #{branchAt.position}. What follows it now
            becomes a branch.
            <IconButton
              icon="close"
              label="Write at the end instead"
              size={16}
              onClick={() => continueAfter.value = null}
            />
          </p>
        )}
        <UploadList uploads={uploads} />
        <div class="composer-box">
          <textarea
            ref={area}
            rows={1}
            placeholder="Write a message"
            aria-label="Message"
            value={draft.text}
            onInput={(event) => write({ text: event.currentTarget.value })}
            onKeyDown={(event) => {
              if (
                event.key === "Enter" && !event.shiftKey && !event.isComposing
              ) {
                event.preventDefault();
                submit();
              }
            }}
          />
          <div class="composer-bar">
            <FileButton
              label="Attach files"
              isIcon
              onFiles={(files) => uploads.add(files)}
            />
            <span class="role-choice">
              <select
                aria-label="Role"
                value={draft.role}
                onChange={(event) =>
                  write({
                    role: ROLES.find((role) =>
                      role === event.currentTarget.value
                    ) ?? "user",
                  })}
              >
                {ROLES.map((role) => (
                  <option key={role} value={role}>{ROLE_NAMES[role]}</option>
                ))}
              </select>
            </span>
            <ComposerOptions
              draft={draft}
              isGuarded={isGuarded}
              setGuarded={store ? setGuarded : null}
              onKey={(key) => setDraft({ ...draft, key })}
            />
            <span class="composer-said">
              {sent && <SendAgain sent={sent} />}
              {pending && <span class="faint">Waiting for the uploads</span>}
            </span>
            <Button
              kind="primary"
              icon="send"
              type="submit"
              busy={isBusy}
              disabled={mayNotSend}
            >
              Send
            </Button>
          </div>
        </div>
      </form>
    </DropZone>
  );
}
