/** What a search finds, while it is typed. */
import type { SearchHit } from "../../../client/src/index.ts";
import { speak } from "../lib/notices.ts";
import { useEffect, useState } from "../lib/preact.ts";
import { conversationHref } from "../lib/router.ts";
import { useLoaded } from "../lib/use_task.ts";
import { counted, shortTime } from "../lib/words.ts";
import { ROLE_NAMES } from "../messages/roles.tsx";
import { background, continuum } from "../project/client.ts";
import { Empty, Failure, Loading } from "../ui/states.tsx";
import { conversations } from "./list_store.ts";
import { type Piece, piecesOf, titleHits } from "./search.ts";

/** So long after the last letter, the search is sent. */
const PAUSE_MS = 200;

const MOST_HITS = 40;

export function SearchResults({ query }: { query: string }) {
  const [asked, setAsked] = useState(query);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(query), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [query]);
  const found = useLoaded(
    async (signal) => {
      // The last letters are searched in the background, and the whole query is what is shown as code.
      const client = asked === query ? continuum() : background();
      return await client.search(asked.trim(), { limit: MOST_HITS, signal })
        .page();
    },
    [asked],
  );
  const hits = found.value?.hits ?? [];
  const titles = titleHits(query, conversations.value ?? [], hits);
  const messages = hits.filter(({ message }) => message !== null);
  const isSettled = found.state === "ready" && asked === query;
  useEffect(() => {
    if (isSettled) {
      speak(
        `${counted(titles.length, "title")} and ${
          counted(messages.length, "message")
        } found.`,
      );
    }
  }, [isSettled, asked]);

  if (found.state === "failed") {
    return <Failure error={found.error} retry={found.reload} />;
  }
  if (isSettled && titles.length === 0 && messages.length === 0) {
    return (
      <Empty icon="search" title="Nothing found">
        <p>Whole words are found in messages, parts of words in titles.</p>
      </Empty>
    );
  }
  return (
    <>
      {titles.length > 0 && (
        <section aria-label="Titles">
          <h2>Titles</h2>
          <ul class="conversations">
            {titles.map(({ conversation, pieces }) => (
              <li key={conversation.id}>
                <a href={conversationHref(conversation.id)}>
                  <span class="entry-title">
                    <Marked pieces={pieces} />
                  </span>
                  <span class="entry-about">
                    {shortTime(conversation.last_activity_at)}
                  </span>
                </a>
              </li>
            ))}
          </ul>
        </section>
      )}
      {messages.length > 0
        ? (
          <section aria-label="Messages">
            <h2>Messages</h2>
            <ul class="conversations">
              {messages.map((hit) => (
                <MessageHit
                  key={`${hit.conversation.id}-${hit.message?.seq}`}
                  hit={hit}
                />
              ))}
            </ul>
          </section>
        )
        : found.value === undefined && <Loading what="results" rows={3} />}
    </>
  );
}

function MessageHit({ hit }: { hit: SearchHit }) {
  const { conversation, message, snippet } = hit;
  if (message === null) return null;
  return (
    <li>
      <a href={conversationHref(conversation.id, "messages", message.position)}>
        <span class="entry-title">{conversation.title}</span>
        <span class="entry-snippet">
          <Marked pieces={piecesOf(snippet)} />
        </span>
        <span class="entry-about">
          <span>{ROLE_NAMES[message.role]} #{message.position}</span>
          <time dateTime={message.created_at}>
            {shortTime(message.created_at)}
          </time>
        </span>
      </a>
    </li>
  );
}

function Marked({ pieces }: { pieces: Piece[] }) {
  return (
    <>
      {pieces.map(({ text, isMatch }, index) =>
        isMatch ? <mark key={index}>{text}</mark> : text
      )}
    </>
  );
}
