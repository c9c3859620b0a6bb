/** One message: who wrote it, what it says, its files, and what can be done with it. */
import type { Message } from "../../../client/src/index.ts";
import type { ConversationStore } from "../conversation/store.ts";
import { Attachment } from "../files/attachment.tsx";
import { useState } from "../lib/preact.ts";
import { counted, shortTime, wholeTime } from "../lib/words.ts";
import { Markdown } from "../markdown/markdown.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { CopyButton } from "../ui/copy.tsx";
import { BranchArrows, Versions } from "./branches.tsx";
import { MessageMenu } from "./message_menu.tsx";
import { Folded, Part } from "./part.tsx";
import { shownPart } from "./parts.ts";
import { Revise } from "./revise.tsx";
import { ROLE_NAMES, RoleMark } from "./roles.tsx";

export function MessageItem(
  { message, store }: { message: Message; store: ConversationStore },
) {
  const [mode, setMode] = useState<"read" | "revise" | "json">("read");
  const read = () => setMode("read");
  const { role, seq, position } = message;
  return (
    <li
      class={`message ${role}`}
      id={`message-${position}`}
      tabIndex={-1}
      aria-label={`${ROLE_NAMES[role]}, message ${position}`}
    >
      <RoleMark role={role} />
      <div class="message-main">
        <header class="message-head">
          <span class="message-role">{ROLE_NAMES[role]}</span>
          <span class="faint seq" title={`seq ${seq}, position ${position}`}>
            #{position}
          </span>
          <time
            class="faint"
            dateTime={message.created_at}
            title={wholeTime(message.created_at)}
          >
            {shortTime(message.created_at)}
          </time>
          <span class="faint tokens">
            {counted(message.token_count, "token")}
          </span>
          <span class="message-tools">
            <BranchArrows position={position} store={store} />
            <Versions message={message} store={store} />
            <MessageMenu
              message={message}
              store={store}
              onRevise={() => setMode("revise")}
              onJson={() => setMode("json")}
            />
          </span>
        </header>
        {mode === "revise"
          ? <Revise message={message} store={store} onClose={read} />
          : <Body message={message} names={store.callNames.value} />}
        {message.file_ids.length > 0 && (
          <div class="attachments">
            {message.file_ids.map((id) => (
              <Attachment key={id} id={id} file={store.files.value.get(id)} />
            ))}
          </div>
        )}
      </div>
      {mode === "json" && (
        <Dialog title={`Message ${position} as JSON`} onClose={read} wide>
          <pre class="preview-text" tabIndex={0}>
            {JSON.stringify(message, null, 2)}
          </pre>
          <footer class="dialog-actions">
            <CopyButton text={JSON.stringify(message, null, 2)} />
          </footer>
        </Dialog>
      )}
    </li>
  );
}

/** What the message says. A tool's words are folded, for they are long and few want to read them. */
export function Body(
  { message, names }: {
    message: Message;
    /** Of the calls that results may belong to, by id. */
    names?: ReadonlyMap<string, string>;
  },
) {
  const { role, content, erased_at } = message;
  if (erased_at !== null) {
    return <p class="erased">Erased {shortTime(erased_at)}</p>;
  }
  const parts = (message.parts ?? []).map((part) => shownPart(part, names));
  // Many clients keep the text of the parts as the content too.
  const shown = content ? parts.filter(({ kind }) => kind !== "text") : parts;
  return (
    <>
      {content && (role === "tool"
        ? <Folded icon="tool" label="Output" text={content} />
        : <Markdown text={content} />)}
      {shown.map((part, index) => <Part key={index} part={part} />)}
    </>
  );
}
