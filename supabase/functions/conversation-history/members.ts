/** `…/{continuation_id}/members`: who a conversation is shared with. */
import { createRoute, z } from "@hono/zod-openapi";
import { requireUser } from "../_shared/auth.ts";
import { ConversationPath } from "../_shared/conversation_schemas.ts";
import { databaseAnswer } from "../_shared/database_errors.ts";
import { jsonBody } from "../_shared/json_body.ts";
import { acceptsJson } from "../_shared/negotiation.ts";
import { problems, userProblems, userSecurity } from "../_shared/openapi.ts";
import { createRouter } from "../_shared/router.ts";

/** A role. */
const MAX_MEMBER_BYTES = 1024;

const MemberRole = z.enum(["viewer", "editor"]).openapi("MemberRole");

const Member = z.strictObject({
  user_id: z.guid(),
  role: MemberRole,
  added_at: z.string().openapi({ format: "date-time" }),
}).openapi("Member");

const Members = z.strictObject({ members: z.array(Member) }).openapi("Members");

const MemberPath = ConversationPath.extend({
  user_id: z.guid().openapi({ param: { name: "user_id", in: "path" } }),
});

const listMembers = createRoute({
  operationId: "listMembers",
  method: "get",
  path: "/{continuation_id}/members",
  summary: "List members: all to the owner, oneself to a member",
  security: userSecurity,
  middleware: [acceptsJson, requireUser] as const,
  request: { params: ConversationPath },
  responses: {
    200: {
      description: "The members.",
      content: { "application/json": { schema: Members } },
    },
    ...problems(...userProblems, "not_found"),
  },
});

const readMember = createRoute({
  operationId: "readMember",
  method: "get",
  path: "/{continuation_id}/members/{user_id}",
  summary: "Read a member's role",
  security: userSecurity,
  middleware: [acceptsJson, requireUser] as const,
  request: { params: MemberPath },
  responses: {
    200: {
      description: "The member.",
      content: { "application/json": { schema: Member } },
    },
    ...problems(...userProblems, "not_found"),
  },
});

const putMember = createRoute({
  operationId: "putMember",
  method: "put",
  path: "/{continuation_id}/members/{user_id}",
  summary: "Share with a user, or change their role; by the owner",
  security: userSecurity,
  middleware: [
    acceptsJson,
    requireUser,
    jsonBody({ maxBytes: MAX_MEMBER_BYTES }),
  ] as const,
  request: {
    params: MemberPath,
    body: {
      required: true,
      content: {
        "application/json": { schema: z.strictObject({ role: MemberRole }) },
      },
    },
  },
  responses: {
    200: {
      description: "The member.",
      content: { "application/json": { schema: Member } },
    },
    ...problems(
      ...userProblems,
      "malformed_request",
      "owner_only",
      "not_found",
      "body_too_large",
      "unsupported_media_type",
      "unknown_user",
    ),
  },
});

const removeMember = createRoute({
  operationId: "removeMember",
  method: "delete",
  path: "/{continuation_id}/members/{user_id}",
  summary: "Take a share away, by the owner; or leave, as a member",
  security: userSecurity,
  middleware: [acceptsJson, requireUser] as const,
  request: { params: MemberPath },
  responses: {
    204: { description: "No longer a member, from the next request on." },
    ...problems(...userProblems, "owner_only", "not_found"),
  },
});

export const members = createRouter();

members.openapi(listMembers, async (c) => {
  const found = await databaseAnswer(
    c.var.db.rpc("read_members", c.req.valid("param")),
  );
  return c.json(Members.parse(found), 200);
});

members.openapi(readMember, async (c) => {
  const found = await databaseAnswer(
    c.var.db.rpc("read_members", c.req.valid("param")),
  );
  return c.json(z.tuple([Member]).parse(Members.parse(found).members)[0], 200);
});

members.openapi(putMember, async (c) => {
  const member = await databaseAnswer(
    c.var.db.rpc("put_member", {
      ...c.req.valid("param"),
      ...c.req.valid("json"),
    }),
  );
  return c.json(Member.parse(member), 200);
});

members.openapi(removeMember, async (c) => {
  await databaseAnswer(c.var.db.rpc("remove_member", c.req.valid("param")));
  return c.body(null, 204);
});
