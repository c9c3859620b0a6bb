/** A file in a dialog: a picture, the beginning of a text, or what is known of it. */
import type { StoredFile } from "../../../client/src/index.ts";
import { complain } from "../lib/notices.ts";
import { useLoaded } from "../lib/use_task.ts";
import { size, wholeTime } from "../lib/words.ts";
import { continuum } from "../project/client.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Failure, Loading } from "../ui/states.tsx";
import { Picture } from "./attachment.tsx";
import { saveFile } from "./urls.ts";

/** As much of a text is shown. */
const MOST_BYTES = 100_000;

export function FilePreview(
  { file, onClose }: { file: StoredFile; onClose(): void },
) {
  const isText = /^text\/|json/.test(file.mime_type);
  return (
    <Dialog title={file.original_name} onClose={onClose} wide>
      {file.mime_type.startsWith("image/")
        ? (
          <div class="preview-picture">
            <Picture file={file} />
          </div>
        )
        : isText && file.size_bytes > 0
        ? <TextPreview file={file} />
        : <p class="faint">There is no preview of this kind of file.</p>}
      <dl class="facts">
        <dt>Type</dt>
        <dd>{file.mime_type}</dd>
        <dt>Size</dt>
        <dd>{size(file.size_bytes)}</dd>
        <dt>Stored</dt>
        <dd>{wholeTime(file.created_at)}</dd>
        {file.sha256 && (
          <>
            <dt>SHA-256</dt>
            <dd>
              <code class="digest">{file.sha256}</code>
            </dd>
          </>
        )}
        <dt>Id</dt>
        <dd>
          <code>{file.id}</code>
        </dd>
      </dl>
      <footer class="dialog-actions">
        <Button
          kind="primary"
          icon="download"
          onClick={() => saveFile(file.id, file.original_name).catch(complain)}
        >
          Download
        </Button>
      </footer>
    </Dialog>
  );
}

function TextPreview({ file }: { file: StoredFile }) {
  const loaded = useLoaded(async (signal) => {
    const response = await continuum().files.download(file.id, {
      range: { first: 0, last: Math.min(MOST_BYTES, file.size_bytes) - 1 },
      signal,
    });
    return await response.text();
  }, [file.id]);
  if (loaded.state === "failed") {
    return <Failure error={loaded.error} retry={loaded.reload} />;
  }
  if (loaded.value === undefined) return <Loading what="the file" />;
  return (
    <>
      <pre class="preview-text" tabIndex={0}>{loaded.value}</pre>
      {file.size_bytes > MOST_BYTES && (
        <p class="hint">The first {size(MOST_BYTES)} of it.</p>
      )}
    </>
  );
}
