/** A file beside a message or in a list: a picture as itself, anything else by name, type and size. */
import type { StoredFile } from "../../../client/src/index.ts";
import { useEffect, useState } from "../lib/preact.ts";
import { complain } from "../lib/notices.ts";
import { size } from "../lib/words.ts";
import { background } from "../project/client.ts";
import { IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { FilePreview } from "./preview.tsx";
import { saveFile, signedUrl } from "./urls.ts";

export function Attachment(
  { id, file }: { id: string; file: StoredFile | undefined },
) {
  const [isOpen, setOpen] = useState(false);
  if (file === undefined) {
    return (
      <span class="attachment faint">A file that is not linked any more</span>
    );
  }
  const isPicture = file.mime_type.startsWith("image/");
  return (
    <div class={isPicture ? "attachment with-picture" : "attachment"}>
      <button
        type="button"
        class="attachment-open"
        onClick={() => setOpen(true)}
        title={`Look at ${file.original_name}`}
      >
        {isPicture ? <Picture file={file} /> : <Icon name="file" />}
        <span class="attachment-name">{file.original_name}</span>
        <span class="faint">{size(file.size_bytes)}</span>
      </button>
      <IconButton
        icon="download"
        label={`Download ${file.original_name}`}
        size={16}
        onClick={() => saveFile(id, file.original_name).catch(complain)}
      />
      {isOpen && <FilePreview file={file} onClose={() => setOpen(false)} />}
    </div>
  );
}

/** A stored picture: by its signed URL or, if the page cannot reach that, by its bytes. */
export function Picture({ file }: { file: StoredFile }) {
  const [source, setSource] = useState<string | null>(null);
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    let isShown = true;
    signedUrl(file.id).then(
      (url) => isShown && setSource(url),
      () => isShown && setBroken(true),
    );
    return () => isShown = false;
  }, [file.id]);

  async function useBytes() {
    if (source?.startsWith("blob:")) return setBroken(true);
    try {
      const response = await background().files.download(file.id);
      setSource(URL.createObjectURL(await response.blob()));
    } catch {
      setBroken(true);
    }
  }

  if (isBroken || source === null) {
    return (
      <span class={isBroken ? "picture-space" : "picture-space waiting"}>
        <Icon name="image" size={22} />
      </span>
    );
  }
  return (
    <img
      class="picture"
      src={source}
      alt={file.original_name}
      onError={() => void useBytes()}
    />
  );
}
