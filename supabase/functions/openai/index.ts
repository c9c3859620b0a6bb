import openapi from "../_shared/generated/openapi/openai.json" with {
  type: "json",
};
import { createApp } from "../_shared/http/app.ts";
import { createConversation } from "./create_conversation.ts";
import { createItems } from "./create_items.ts";
import { deleteConversation } from "./delete_conversation.ts";
import { deleteItem } from "./delete_item.ts";
import { openaiErrors } from "./errors.ts";
import { listConversations } from "./list_conversations.ts";
import { listItems } from "./list_items.ts";
import { retrieveConversation } from "./retrieve_conversation.ts";
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
], openaiErrors);

export default { fetch: app.fetch };
