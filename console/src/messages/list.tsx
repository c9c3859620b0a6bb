/** The messages of a conversation. Older ones are loaded as one scrolls up; new ones are shown as they come. */
import type { ConversationStore } from "../conversation/store.ts";
import { complain } from "../lib/notices.ts";
import { useEffect, useLayoutEffect, useRef, useState } from "../lib/preact.ts";
import { Button } from "../ui/button.tsx";
import { Empty } from "../ui/states.tsx";
import { GoesOn } from "./branches.tsx";
import { MessageItem } from "./message.tsx";

/** So near to the end, in pixels, one wants to see what comes. */
const NEAR = 80;

export function MessageList(
  { store, at }: { store: ConversationStore; at: number | null },
) {
  const line = store.line.value;
  const scroller = useRef<HTMLDivElement>(null);
  const top = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const before = useRef({ first: 0, last: 0, height: 0 });
  const [hasNews, setNews] = useState(false);
  const first = line[0]?.position ?? 0;
  const last = line.at(-1)?.seq ?? 0;

  // What one reads stays where it is when older messages are put above it.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const was = before.current;
    if (was.first !== 0 && first < was.first && last === was.last) {
      element.scrollTop += element.scrollHeight - was.height;
    } else if (last !== was.last) {
      if (isAtEnd.current && at === null) {
        element.scrollTop = element.scrollHeight;
      } else if (was.last !== 0 && last > was.last) setNews(true);
    }
    before.current = { first, last, height: element.scrollHeight };
  }, [first, last, line.length]);

  // Markdown and pictures grow after they were put into the page, and so does the composer below.
  useEffect(() => {
    const element = scroller.current;
    const content = element?.firstElementChild;
    if (!element || !content) return;
    const observer = new ResizeObserver(() => {
      if (isAtEnd.current && at === null) {
        element.scrollTop = element.scrollHeight;
      }
      before.current.height = element.scrollHeight;
    });
    observer.observe(content);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (top.current === null) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) {
        store.loadOlder().catch(complain);
      }
    }, { root: scroller.current, rootMargin: "300px 0px 0px" });
    observer.observe(top.current);
    return () => observer.disconnect();
  }, [store.hasOlder.value, first]);

  useEffect(() => {
    if (at !== null) void showPosition(store, at).catch(complain);
  }, [at]);

  const toEnd = () => {
    const element = scroller.current;
    element?.scrollTo({ top: element.scrollHeight });
    setNews(false);
  };

  return (
    <div class="message-area">
      <div
        class="message-scroller"
        ref={scroller}
        tabIndex={0}
        role="region"
        aria-label="Messages"
        onScroll={(event) => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR;
          if (isAtEnd.current) setNews(false);
        }}
      >
        <div class="message-column">
          <div ref={top} class="message-top">
            {store.isLoadingOlder.value
              ? <span class="spinner" role="status" aria-label="Loading" />
              : store.hasOlder.value
              ? (
                <Button
                  kind="quiet"
                  onClick={() => store.loadOlder().catch(complain)}
                >
                  Older messages
                </Button>
              )
              : line.length > 0 && (
                <span class="faint">The conversation begins here.</span>
              )}
          </div>
          {line.length === 0
            ? (
              <Empty icon="chat" title="Nothing here yet">
                <p>Write the first message below.</p>
              </Empty>
            )
            : (
              <ol class="messages" aria-label="Conversation">
                {line.map((message) => (
                  <MessageItem
                    key={`${message.position}-${message.seq}`}
                    message={message}
                    store={store}
                  />
                ))}
              </ol>
            )}
          <GoesOn store={store} />
        </div>
      </div>
      {hasNews && (
        <button type="button" class="to-end" onClick={toEnd}>
          New messages ↓
        </button>
      )}
    </div>
  );
}

/** Loads what is older until the position is there, and goes to it. */
async function showPosition(
  store: ConversationStore,
  position: number,
): Promise<void> {
  await store.loadUntil(position);
  requestAnimationFrame(() => {
    const element = document.getElementById(`message-${position}`);
    element?.scrollIntoView({ block: "center" });
    element?.classList.add("found");
    element?.focus({ preventScroll: true });
  });
}
