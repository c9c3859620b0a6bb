/** The list of conversations, newest activity first, and open invitations. */
import type { Conversation } from "../../../client/src/index.ts";
import { notify } from "../lib/notices.ts";
import { troubleOf } from "../lib/problems.ts";
import { conversationHref, go, route } from "../lib/router.ts";
import { useAction } from "../lib/use_task.ts";
import { counted, shortTime, wholeTime } from "../lib/words.ts";
import { continuum } from "../project/client.ts";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { Empty, Failure, Loading } from "../ui/states.tsx";
import {
  conversations,
  hasMore,
  invitations,
  listError,
  readList,
  refreshList,
  showArchived,
  showMore,
  showsArchived,
} from "./list_store.ts";

export function ConversationList() {
  const list = conversations.value;
  const isArchive = showsArchived.value;
  return (
    <>
      {invitations.value.length > 0 && <Invitations />}
      <div class="list-head">
        <h2>{isArchive ? "Archive" : "Conversations"}</h2>
        <button
          type="button"
          class="link"
          aria-pressed={isArchive}
          onClick={() => showArchived(!isArchive)}
        >
          {isArchive ? "Back" : "Archive"}
        </button>
      </div>
      {listError.value !== null && (list === null
        ? <Failure error={listError.value} retry={() => void readList()} />
        : <OldList error={listError.value} />)}
      {list === null
        ? listError.value === null && <Loading what="conversations" rows={6} />
        : list.length === 0
        ? isArchive
          ? <Empty icon="archive" title="Nothing is archived" />
          : (
            <Empty icon="chat" title="No conversations yet">
              <a class="button primary" href="#/new">Begin one</a>
            </Empty>
          )
        : (
          <ul class="conversations" aria-label="Conversations">
            {list.map((conversation) => (
              <Entry key={conversation.id} conversation={conversation} />
            ))}
          </ul>
        )}
      {hasMore.value && (
        <p class="more">
          <Button
            kind="quiet"
            onClick={() => void showMore()}
          >
            Show more
          </Button>
        </p>
      )}
    </>
  );
}

function OldList({ error }: { error: unknown }) {
  return (
    <p class="list-trouble" role="alert">
      {troubleOf(error).title}: this list may be old.{" "}
      <button type="button" class="link" onClick={() => void readList()}>
        Try again
      </button>
    </p>
  );
}

function Entry({ conversation }: { conversation: Conversation }) {
  const { id, title, last_activity_at, last_seq, access } = conversation;
  const now = route.value;
  const isOpen = now.page === "conversation" &&
    (now.id === id || now.id === conversation.continuation_id);
  return (
    <li>
      <a href={conversationHref(id)} aria-current={isOpen ? "page" : undefined}>
        <span class="entry-title">{title}</span>
        <span class="entry-about">
          <time dateTime={last_activity_at} title={wholeTime(last_activity_at)}>
            {shortTime(last_activity_at)}
          </time>
          <span>{counted(last_seq, "message")}</span>
          {access !== "owner" && (
            <span class="shared">
              <Icon name="share" size={14} />
              {access}
            </span>
          )}
        </span>
      </a>
    </li>
  );
}

function Invitations() {
  return (
    <section class="invitations" aria-label="Invitations">
      <h2>Invitations</h2>
      <ul>
        {invitations.value.map((conversation) => (
          <Invitation key={conversation.id} conversation={conversation} />
        ))}
      </ul>
    </section>
  );
}

function Invitation({ conversation }: { conversation: Conversation }) {
  const { id, title, access } = conversation;
  const handle = () => continuum().conversation(id);
  const [isAccepting, accept] = useAction(async () => {
    await handle().accept();
    notify(`${title} is in your list.`);
    refreshList();
    go(conversationHref(id));
  });
  const [isDeclining, decline] = useAction(async () => {
    await handle().decline();
    notify("Declined.");
    refreshList();
  });
  return (
    <li>
      <a href={conversationHref(id)}>{title}</a>
      <span class="faint">
        You may be {access === "editor" ? "an editor" : "a viewer"}.
      </span>
      <span class="invitation-actions">
        <Button kind="primary" busy={isAccepting} onClick={accept}>
          Accept
        </Button>
        <Button kind="quiet" busy={isDeclining} onClick={decline}>
          Decline
        </Button>
      </span>
    </li>
  );
}
