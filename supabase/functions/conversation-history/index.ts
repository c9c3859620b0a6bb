import openapi from "../_shared/generated/openapi/conversation-history.json" with {
  type: "json",
};
import { createApp } from "../_shared/http/app.ts";
import { acceptInvitation } from "./accept_invitation.ts";
import { changeConversation } from "./change_conversation.ts";
import { deleteConversation } from "./delete_conversation.ts";
import { eraseMessage } from "./erase_message.ts";
import { exportConversation } from "./export_conversation.ts";
import { followConversation } from "./follow_conversation.ts";
import { forkConversation } from "./fork_conversation.ts";
import { listConversations } from "./list_conversations.ts";
import { listMembers } from "./list_members.ts";
import { putMember } from "./put_member.ts";
import { readContext } from "./read_context.ts";
import { readHistory } from "./read_history.ts";
import { readMember } from "./read_member.ts";
import { readMessage } from "./read_message.ts";
import { removeMember } from "./remove_member.ts";
import { sweepConversations } from "./sweep_conversations.ts";
import { unlinkFile } from "./unlink_file.ts";

export const app = createApp("conversation-history", openapi, [
  listConversations,
  readHistory,
  changeConversation,
  deleteConversation,
  readMessage,
  eraseMessage,
  readContext,
  followConversation,
  exportConversation,
  forkConversation,
  listMembers,
  // Before the members by id, whose path "me" would match as well.
  acceptInvitation,
  readMember,
  putMember,
  removeMember,
  unlinkFile,
  sweepConversations,
]);

export default { fetch: app.fetch };
