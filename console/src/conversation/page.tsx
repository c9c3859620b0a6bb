/** A conversation: its messages, the context that a model would be given, and its files. */
import { Composer } from "../composer/composer.tsx";
import { ContextView } from "../context/view.tsx";
import { useEffect, useMemo } from "../lib/preact.ts";
import type { Tab } from "../lib/router.ts";
import { MessageList } from "../messages/list.tsx";
import { Empty, Failure, Loading } from "../ui/states.tsx";
import { ConversationFiles } from "./files.tsx";
import { ConversationHeader } from "./header.tsx";
import { ConversationStore } from "./store.ts";

interface ConversationPageProps {
  id: string;
  tab: Tab;
  at: number | null;
}

/** Its key has to be the id: a store belongs to one conversation. */
export function ConversationPage({ id, tab, at }: ConversationPageProps) {
  const store = useMemo(() => new ConversationStore(id), [id]);
  useEffect(() => {
    void store.open();
    return () => store.close();
  }, [store]);
  const title = store.conversation.value?.title;
  useEffect(() => {
    document.title = `${title ?? "Conversation"} · Continuum`;
  }, [title]);

  switch (store.status.value) {
    case "loading":
      return (
        <div class="page">
          <ConversationHeader store={store} tab={tab} />
          <div class="page-body narrow">
            <Loading what="the conversation" rows={4} />
          </div>
        </div>
      );
    case "failed":
      return (
        <div class="page">
          <ConversationHeader store={store} tab={tab} />
          <Failure
            error={store.error.value}
            retry={() => void store.open()}
          />
        </div>
      );
    case "absent":
    case "gone":
      return (
        <div class="page">
          <ConversationHeader store={store} tab={tab} />
          <Empty icon="chat" title="There is no such conversation">
            <p>
              {store.status.value === "gone"
                ? "It was deleted, or is no longer shared with you."
                : "It does not exist, or you may not see it."}
            </p>
            <a class="button plain" href="#/">All conversations</a>
          </Empty>
        </div>
      );
    case "ready":
      return <Ready store={store} tab={tab} at={at} />;
  }
}

function Ready(
  { store, tab, at }: {
    store: ConversationStore;
    tab: Tab;
    at: number | null;
  },
) {
  const isViewer = store.conversation.value?.access === "viewer";
  return (
    <div class="page">
      <ConversationHeader store={store} tab={tab} />
      {tab === "messages" && (isViewer
        ? (
          <div class="with-composer">
            <MessageList store={store} at={at} />
            <p class="viewer-note">
              You may read this conversation. To write here,{" "}
              ask its owner or fork it.
            </p>
          </div>
        )
        : (
          <Composer
            id={store.id}
            store={store}
            onSent={(answer) =>
              store.take(answer.conversation, answer.messages)}
          >
            <MessageList store={store} at={at} />
          </Composer>
        ))}
      {tab === "context" && <ContextView store={store} />}
      {tab === "files" && <ConversationFiles store={store} />}
    </div>
  );
}
