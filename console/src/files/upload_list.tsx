/** Uploads with their progress, each of which can be cancelled, tried again or taken off. */
import { troubleOf } from "../lib/problems.ts";
import { size } from "../lib/words.ts";
import { IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import type { Upload, Uploads } from "./uploads.ts";

export function UploadList({ uploads }: { uploads: Uploads }) {
  const items = uploads.items.value;
  if (items.length === 0) return null;
  return (
    <ul class="uploads" aria-label="Uploads">
      {items.map((item) => (
        <UploadRow key={item.id} item={item} uploads={uploads} />
      ))}
    </ul>
  );
}

function UploadRow({ item, uploads }: { item: Upload; uploads: Uploads }) {
  const { id, name, state, loaded } = item;
  return (
    <li class={`upload ${state}`}>
      <Icon
        name={state === "done"
          ? "check"
          : state === "failed"
          ? "close"
          : "file"}
        size={16}
      />
      <span class="upload-name">{name}</span>
      <span class="faint upload-state">{wordsFor(item)}</span>
      {state === "failed" && (
        <IconButton
          icon="retry"
          label={`Try ${name} again`}
          size={16}
          onClick={() => uploads.retry(id)}
        />
      )}
      <IconButton
        icon="close"
        label={state === "sending" || state === "waiting"
          ? `Cancel ${name}`
          : `Remove ${name}`}
        size={16}
        onClick={() => uploads.remove(id)}
      />
      {(state === "sending" || state === "waiting") && (
        <progress
          aria-label={`Progress of ${name}`}
          max={item.size || 1}
          value={loaded}
        />
      )}
    </li>
  );
}

function wordsFor(item: Upload): string {
  switch (item.state) {
    case "waiting":
      return "Waiting";
    case "sending":
      return `${size(item.loaded)} of ${size(item.size)}`;
    case "done":
      return item.isKnown ? "Already stored" : size(item.size);
    case "failed":
      return troubleOf(item.error).detail;
  }
}
