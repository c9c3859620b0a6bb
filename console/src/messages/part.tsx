/** One typed part of a message. */
import { Markdown } from "../markdown/markdown.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { excerpt } from "../lib/words.ts";
import type { Shown } from "./parts.ts";

export function Part({ part }: { part: Shown }) {
  switch (part.kind) {
    case "text":
      return <Markdown text={part.text} />;
    case "reasoning":
      return <Folded icon="eye" label="Reasoning" text={part.text} />;
    case "call":
      return (
        <Folded
          icon="tool"
          label="Calls"
          name={part.name}
          text={part.input}
        />
      );
    case "result":
      return (
        <Folded
          icon="check"
          label="Result of"
          name={part.name}
          text={part.output}
        />
      );
    case "picture":
      return part.isInline
        ? <img class="picture" src={part.source} alt="Picture in the message" />
        : (
          <p>
            <a
              href={/^https?:/.test(part.source) ? part.source : undefined}
              target="_blank"
              rel="noopener noreferrer nofollow"
            >
              Picture at {hostOf(part.source)}
            </a>
          </p>
        );
    case "other":
      return <Folded icon="code" label={part.label} text={part.json} />;
  }
}

/** What few want to read at first: its beginning in one line, and the whole on demand. */
export function Folded(
  { icon, label, name, text }: {
    icon: IconName;
    label: string;
    name?: string;
    text: string;
  },
) {
  return (
    <details class="folded">
      <summary>
        <Icon name={icon} size={16} />
        <span>{label}</span>
        {name && <code>{name}</code>}
        <span class="folded-excerpt">{excerpt(text, 90)}</span>
      </summary>
      <pre tabIndex={0}>{text}</pre>
    </details>
  );
}

function hostOf(url: string): string {
  return URL.parse(url)?.host || "another place";
}
