/** Copies a text and says so. */
import { speak } from "../lib/notices.ts";
import { useState } from "../lib/preact.ts";
import { Button, IconButton } from "./button.tsx";

/** How long it says that the text is copied. */
const SAID_MS = 1600;

function useCopy(text: () => string): [isCopied: boolean, copy: () => void] {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text());
    speak("Copied.");
    setCopied(true);
    setTimeout(() => setCopied(false), SAID_MS);
  };
  return [isCopied, () => void copy().catch(() => speak("Not copied."))];
}

export function CopyIcon({ text, label }: { text: string; label: string }) {
  const [isCopied, copy] = useCopy(() => text);
  return (
    <IconButton
      icon={isCopied ? "check" : "copy"}
      label={label}
      onClick={copy}
      size={16}
    />
  );
}

export function CopyButton(
  { text, children = "Copy" }: { text: string; children?: string },
) {
  const [isCopied, copy] = useCopy(() => text);
  return (
    <Button icon={isCopied ? "check" : "copy"} onClick={copy}>
      {isCopied ? "Copied" : children}
    </Button>
  );
}
