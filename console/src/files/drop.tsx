/** A place to drop files onto, and the button that does the same. */
import {
  type ComponentChildren,
  useEffect,
  useRef,
  useState,
} from "../lib/preact.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";

interface DropZoneProps {
  onFiles(files: File[]): void;
  class?: string;
  children: ComponentChildren;
}

/** Shows where the files will go as long as some are held over it. */
export function DropZone(
  { onFiles, class: name = "", children }: DropZoneProps,
) {
  const [isOver, setOver] = useState(false);
  const depth = useRef(0);
  const hasFiles = (event: DragEvent) =>
    event.dataTransfer?.types.includes("Files") ?? false;

  useEffect(() => {
    // A file that misses the place would replace the page.
    const keep = (event: DragEvent) => {
      if (hasFiles(event)) event.preventDefault();
    };
    addEventListener("dragover", keep);
    addEventListener("drop", keep);
    return () => {
      removeEventListener("dragover", keep);
      removeEventListener("drop", keep);
    };
  }, []);

  return (
    <div
      class={`drop-zone ${name}`}
      onDragEnter={(event) => {
        if (!hasFiles(event)) return;
        depth.current++;
        setOver(true);
      }}
      onDragLeave={() => {
        depth.current = Math.max(0, depth.current - 1);
        if (depth.current === 0) setOver(false);
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        depth.current = 0;
        setOver(false);
        onFiles([...event.dataTransfer?.files ?? []]);
      }}
    >
      {children}
      {isOver && (
        <div class="drop-hint" aria-hidden="true">
          <Icon name="clip" size={28} />
          Drop files to upload them
        </div>
      )}
    </div>
  );
}

export function FileButton(
  { label, onFiles, isIcon = false }: {
    label: string;
    onFiles(files: File[]): void;
    isIcon?: boolean;
  },
) {
  const input = useRef<HTMLInputElement>(null);
  const choose = () => input.current?.click();
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          onFiles([...event.currentTarget.files ?? []]);
          event.currentTarget.value = "";
        }}
      />
      {isIcon
        ? <IconButton icon="clip" label={label} onClick={choose} />
        : <Button kind="primary" icon="plus" onClick={choose}>{label}</Button>}
    </>
  );
}
