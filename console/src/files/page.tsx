/** The user's files: upload, look at, rename, download, delete. */
import type { StoredFile } from "../../../client/src/index.ts";
import { complain, notify } from "../lib/notices.ts";
import { useMemo, useState } from "../lib/preact.ts";
import { useLoaded } from "../lib/use_task.ts";
import { shortTime, size, wholeTime } from "../lib/words.ts";
import { background, continuum } from "../project/client.ts";
import { Button } from "../ui/button.tsx";
import { Confirm, Rename } from "../ui/ask.tsx";
import { Icon } from "../ui/icon.tsx";
import { Menu } from "../ui/menu.tsx";
import { PageHeader } from "../ui/page_header.tsx";
import { Empty, Failure, Loading } from "../ui/states.tsx";
import { DropZone, FileButton } from "./drop.tsx";
import { FilePreview } from "./preview.tsx";
import { UploadList } from "./upload_list.tsx";
import { Uploads } from "./uploads.ts";
import { saveFile } from "./urls.ts";

const PAGE = 50;

export function FilesPage() {
  const [most, setMost] = useState(PAGE);
  const loaded = useLoaded(
    (signal) => background().files.list({ limit: 100, signal }).all(most + 1),
    [most],
  );
  const uploads = useMemo(() => new Uploads(() => loaded.reload()), []);
  const files = loaded.value;
  return (
    <DropZone class="page" onFiles={(files) => uploads.add(files)}>
      <PageHeader title="Files">
        <FileButton label="Upload" onFiles={(files) => uploads.add(files)} />
      </PageHeader>
      <div class="page-body">
        <UploadList uploads={uploads} />
        {loaded.state === "failed" && (
          <Failure error={loaded.error} retry={loaded.reload} />
        )}
        {files === undefined
          ? loaded.state === "loading" && <Loading what="files" rows={5} />
          : files.length === 0
          ? (
            <Empty icon="files" title="No files yet">
              <p>
                Drop files here or choose “Upload”: text, code, images and PDFs
                up to 50 MiB.
              </p>
            </Empty>
          )
          : <FileTable files={files.slice(0, most)} onChange={loaded.reload} />}
        {files && files.length > most && (
          <p class="more">
            <Button onClick={() => setMost(most + PAGE)}>Show more</Button>
          </p>
        )}
      </div>
    </DropZone>
  );
}

/** `unlink` is for the files of a conversation: in place of deleting. */
export function FileTable(
  { files, onChange, unlink }: {
    files: StoredFile[];
    onChange(): void;
    unlink?: (file: StoredFile) => Promise<void>;
  },
) {
  return (
    <table class="files">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col" class="wide-only">Type</th>
          <th scope="col" class="number">Size</th>
          <th scope="col" class="wide-only">Stored</th>
          <th scope="col">
            <span class="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {files.map((file) => (
          <FileRow
            key={file.id}
            file={file}
            onChange={onChange}
            {...(unlink ? { unlink } : {})}
          />
        ))}
      </tbody>
    </table>
  );
}

function FileRow(
  { file, onChange, unlink }: {
    file: StoredFile;
    onChange(): void;
    unlink?: (file: StoredFile) => Promise<void>;
  },
) {
  const [dialog, setDialog] = useState<"look" | "rename" | "remove" | null>(
    null,
  );
  const close = () => setDialog(null);
  const name = file.original_name;
  return (
    <tr>
      <td>
        <button
          type="button"
          class="file-name"
          onClick={() => setDialog("look")}
        >
          <Icon
            name={file.mime_type.startsWith("image/") ? "image" : "file"}
            size={16}
          />
          <span>{name}</span>
        </button>
      </td>
      <td class="wide-only faint">{file.mime_type}</td>
      <td class="number faint">{size(file.size_bytes)}</td>
      <td class="wide-only faint">
        <time dateTime={file.created_at} title={wholeTime(file.created_at)}>
          {shortTime(file.created_at)}
        </time>
      </td>
      <td class="row-actions">
        <Menu
          label={`Actions for ${name}`}
          items={[
            {
              label: "Download",
              icon: "download",
              run: () => void saveFile(file.id, name).catch(complain),
            },
            { label: "Rename", icon: "edit", run: () => setDialog("rename") },
            {
              label: unlink ? "Unlink" : "Delete",
              icon: "trash",
              danger: true,
              run: () => setDialog("remove"),
            },
          ]}
        />
        {dialog === "look" && <FilePreview file={file} onClose={close} />}
        {dialog === "rename" && (
          <Rename
            title="Rename the file"
            label="Name"
            value={name}
            onClose={close}
            onSave={async (name) => {
              await continuum().files.rename(file.id, { name });
              notify(`The file is now called ${name}.`);
              onChange();
            }}
          />
        )}
        {dialog === "remove" && (
          <Confirm
            title={unlink ? "Unlink the file?" : "Delete the file?"}
            action={unlink ? "Unlink" : "Delete"}
            onClose={close}
            onConfirm={async () => {
              await (unlink?.(file) ?? continuum().files.delete(file.id));
              notify(unlink ? `${name} is unlinked.` : `${name} is deleted.`);
              onChange();
            }}
          >
            {unlink
              ? `The conversation will not show ${name} any more. The file itself stays.`
              : `${name} disappears for good, also from the conversations that link it.`}
          </Confirm>
        )}
      </td>
    </tr>
  );
}
