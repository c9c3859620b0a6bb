/** The page. Open it twice, reload it during an answer, stop an answer, ask for another one. */
import { useChat } from "@ai-sdk/react";
import { DefaultChatTransport, type UIMessage } from "ai";
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import type { LoadedMessages } from "supabase-continuum/ai-sdk";
import { lastMessageOnly } from "supabase-continuum/ai-sdk";

type Loaded = LoadedMessages<UIMessage>;

/** The chat that the address names, as in `/#holiday`. */
const id = decodeURIComponent(location.hash.slice(1)) || "ai-sdk-chat";

async function load(after?: number): Promise<Loaded> {
  const query = new URLSearchParams({ id });
  if (after !== undefined) query.set("after", `${after}`);
  const response = await fetch(`/api/chat?${query}`);
  if (!response.ok) throw new Error(await response.text());
  return await response.json();
}

const transport = new DefaultChatTransport({
  prepareSendMessagesRequest: lastMessageOnly,
});

function Chat({ loaded }: { loaded: Loaded }) {
  const [input, setInput] = useState("");
  const { messages, setMessages, sendMessage, regenerate, status, error } =
    useChat({ id, messages: loaded.messages, transport });

  // A page that is opened during an answer waits for it.
  useEffect(() => {
    if (loaded.messages.at(-1)?.role !== "user") return;
    void load(loaded.lastSeq).then(({ messages }) => setMessages(messages));
  }, [loaded, setMessages]);

  const isAnswering = status === "submitted" || status === "streaming";
  return (
    <>
      {messages.map(({ id, role, parts }) => (
        <p key={id}>
          <b>{role}:</b>{" "}
          {parts.map((part) => part.type === "text" ? part.text : "").join("")}
        </p>
      ))}
      {error && <p role="alert">{error.message}</p>}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void sendMessage({ text: input });
          setInput("");
        }}
      >
        <input
          autoFocus
          value={input}
          onChange={({ target }) => setInput(target.value)}
        />
        <button type="submit" disabled={isAnswering}>Send</button>
        <button
          type="button"
          disabled={!isAnswering}
          // The server ends the answer, so that the page shows as much of it as is stored.
          onClick={() =>
            void fetch(`/api/stop?${new URLSearchParams({ id })}`, {
              method: "POST",
            })}
        >
          Stop
        </button>
        <button
          type="button"
          disabled={isAnswering || messages.length === 0}
          onClick={() => void regenerate()}
        >
          Answer again
        </button>
      </form>
    </>
  );
}

const root = createRoot(document.querySelector("main")!);
root.render(<Chat loaded={await load()} />);
