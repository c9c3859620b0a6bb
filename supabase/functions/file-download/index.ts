import openapi from "../_shared/generated/openapi/file-download.json" with {
  type: "json",
};
import { createApp } from "../_shared/http/app.ts";
import { describeFile } from "./describe_file.ts";
import { downloadFile } from "./download_file.ts";
import { listFiles } from "./list_files.ts";
import { signFileUrl } from "./sign_file_url.ts";

export const app = createApp("file-download", openapi, [
  listFiles,
  describeFile,
  signFileUrl,
  downloadFile,
]);

export default { fetch: app.fetch };
