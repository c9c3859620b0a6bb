import openapi from "../_shared/generated/openapi/openai.json" with {
  type: "json",
};
import { createApp } from "../_shared/http/app.ts";
import { createConversation } from "./create_conversation.ts";
import { createFile } from "./create_file.ts";
import { createItems } from "./create_items.ts";
import { deleteConversation } from "./delete_conversation.ts";
import { deleteFile } from "./delete_file.ts";
import { deleteItem } from "./delete_item.ts";
import { openaiErrors } from "./errors.ts";
import { listConversations } from "./list_conversations.ts";
import { listFiles } from "./list_files.ts";
import { listItems } from "./list_items.ts";
import { readFileContent } from "./read_file_content.ts";
import { retrieveConversation } from "./retrieve_conversation.ts";
import { retrieveFile } from "./retrieve_file.ts";
import { retrieveItem } from "./retrieve_item.ts";
import { updateConversation } from "./update_conversation.ts";

export const app = createApp("openai", openapi, [
  createConversation,
  listConversations,
  retrieveConversation,
  updateConversation,
  deleteConversation,
  createItems,
  listItems,
  retrieveItem,
  deleteItem,
  createFile,
  listFiles,
  retrieveFile,
  readFileContent,
  deleteFile,
], openaiErrors);

export default { fetch: app.fetch };
