import openapi from "../_shared/generated/openapi/file-upload.json" with {
  type: "json",
};
import { createApp } from "../_shared/http/app.ts";
import { completeFile } from "./complete_file.ts";
import { deleteFile } from "./delete_file.ts";
import { renameFile } from "./rename_file.ts";
import { reserveFile } from "./reserve_file.ts";
import { sweepFiles } from "./sweep_files.ts";
import { uploadFile } from "./upload_file.ts";

export const app = createApp("file-upload", openapi, [
  uploadFile,
  reserveFile,
  completeFile,
  renameFile,
  deleteFile,
  sweepFiles,
]);

export default { fetch: app.fetch };
