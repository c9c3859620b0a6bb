/** The files that are linked to a conversation. */
import { DropZone, FileButton } from "../files/drop.tsx";
import { FileTable } from "../files/page.tsx";
import { UploadList } from "../files/upload_list.tsx";
import { Uploads } from "../files/uploads.ts";
import { useMemo } from "../lib/preact.ts";
import { continuum } from "../project/client.ts";
import { Empty } from "../ui/states.tsx";
import type { ConversationStore } from "./store.ts";

export function ConversationFiles({ store }: { store: ConversationStore }) {
  const mayWrite = store.conversation.value?.access !== "viewer";
  const uploads = useMemo(
    () => new Uploads(() => void store.readFiles(), store.id),
    [store],
  );
  const files = [...store.files.value.values()];
  const body = (
    <div class="page-body">
      {mayWrite && (
        <p class="page-tools">
          <FileButton label="Upload" onFiles={(list) => uploads.add(list)} />
        </p>
      )}
      <UploadList uploads={uploads} />
      {files.length === 0
        ? (
          <Empty icon="files" title="No files in this conversation">
            {mayWrite && <p>Drop files here, or attach them to a message.</p>}
          </Empty>
        )
        : (
          <FileTable
            files={files}
            onChange={() => void store.readFiles()}
            unlink={async ({ id }) => {
              await continuum().conversation(store.id).files.unlink(id);
            }}
          />
        )}
    </div>
  );
  return mayWrite
    ? (
      <DropZone class="page-scroll" onFiles={(list) => uploads.add(list)}>
        {body}
      </DropZone>
    )
    : <div class="page-scroll">{body}</div>;
}
