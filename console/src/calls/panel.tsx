/** What was just done, as code: for the shell, for JavaScript and for the client package. */
import { signal, useLayoutEffect, useRef, useState } from "../lib/preact.ts";
import { project } from "../project/project.ts";
import { IconButton } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy.tsx";
import { Empty } from "../ui/states.tsx";
import { asClient } from "./client_code.ts";
import type { Call } from "./call.ts";
import { calls } from "./record.ts";
import { asCurl, asFetch, pretty } from "./snippets.ts";

export const isPanelOpen = signal(false);

const FORMS = {
  curl: "curl",
  fetch: "fetch",
  client: "client",
  answer: "Answer",
} as const;

type Form = keyof typeof FORMS;

export function CallsPanel() {
  const [chosenId, setChosenId] = useState<number | null>(null);
  const [form, setForm] = useState<Form>("curl");
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    const opener = document.activeElement;
    heading.current?.focus();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  const all = calls.value;
  const call = all.find(({ id }) => id === chosenId) ?? all[0];
  return (
    <aside
      class="calls"
      aria-label="Requests as code"
      onKeyDown={(event) => {
        if (event.key === "Escape") isPanelOpen.value = false;
      }}
    >
      <header>
        <h2 ref={heading} tabIndex={-1}>As code</h2>
        <IconButton
          icon="close"
          label="Close"
          onClick={() => isPanelOpen.value = false}
        />
      </header>
      {call === undefined
        ? (
          <Empty icon="code" title="Nothing sent yet">
            <p>Do something, and see here how to do it by code.</p>
          </Empty>
        )
        : (
          <>
            <ol class="call-list" aria-label="Requests, newest first">
              {all.map((item) => (
                <li key={item.id}>
                  <button
                    type="button"
                    aria-pressed={item === call}
                    onClick={() => setChosenId(item.id)}
                  >
                    <span class={`method ${item.method.toLowerCase()}`}>
                      {item.method}
                    </span>
                    <span class="call-path">{item.path}</span>
                    <span class={`status ${statusKind(item)}`}>
                      {item.status ?? "…"}
                    </span>
                  </button>
                </li>
              ))}
            </ol>
            <div class="call-forms" role="group" aria-label="Form of the code">
              {Object.entries(FORMS).map(([name, label]) => (
                <button
                  type="button"
                  key={name}
                  aria-pressed={form === name}
                  onClick={() => setForm(name as Form)}
                >
                  {label}
                </button>
              ))}
            </div>
            <CallCode call={call} form={form} />
          </>
        )}
    </aside>
  );
}

function CallCode({ call, form }: { call: Call; form: Form }) {
  const code = codeFor(call, form);
  return (
    <div class="call-code">
      <pre tabIndex={0} role="region" aria-label="Code">{code}</pre>
      <footer>
        <span class="faint">
          {call.status === null
            ? "Not answered yet"
            : call.status === 0
            ? "Not answered"
            : `${call.status} after ${call.ms} ms`}
        </span>
        <CopyButton text={code} />
      </footer>
    </div>
  );
}

function codeFor(call: Call, form: Form): string {
  const at = project ?? { url: "", key: "" };
  switch (form) {
    case "curl":
      return asCurl(call, at);
    case "fetch":
      return asFetch(call, at);
    case "client":
      return asClient(call);
    case "answer":
      return call.answer === null ? "No JSON." : pretty(call.answer);
  }
}

function statusKind({ status }: Call): string {
  return status === null
    ? "waiting"
    : status >= 200 && status < 300
    ? "good"
    : "bad";
}
