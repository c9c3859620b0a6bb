/** The SQL functions of conversations. */
import { hasIt, rpc } from "./functions.ts";
import {
  type Case,
  direct,
  listed,
  outcomes,
  owners,
  readers,
  seers,
  serviceOnly,
  writers,
} from "./matrix.ts";

const byId = ({ id }: { id: string }) => ({ continuation_id: id });
const more = [{ role: "user", content: "more" }];
const into = (
  answer: { conversation: { id: string } },
  { id }: { id: string },
) => answer.conversation.id === id ? "ok" : "elsewhere";
const seen = (answer: unknown) => answer === null ? "empty" : "ok";
const appenders = (outsider: string) =>
  direct(outcomes("ok", "ok", "read_only", outsider));

const reads: Case[] = [
  rpc("read_health", { outcomes: serviceOnly }),
  rpc("take_request", {
    // From one's own bucket, whatever that belongs to.
    outcomes: direct(outcomes("ok", "ok", "ok", "ok")),
    args: () => ({ class: "read", quota: 100, window_seconds: 1 }),
  }),
  rpc("read_history", {
    outcomes: direct(readers),
    args: (world) => ({ ...byId(world), view: "log", max_messages: 9 }),
  }),
  rpc("read_message", {
    outcomes: direct(seers),
    args: (world) => ({ ...byId(world), message: "1" }),
  }),
  rpc("read_context", {
    outcomes: direct(readers),
    args: (world) => ({ ...byId(world), max_tokens: 999, max_messages: 9 }),
  }),
  rpc("search_messages", {
    outcomes: direct(listed),
    args: ({ word }) => ({ q: word, max_hits: 9 }),
  }),
  rpc("list_conversations", {
    what: "the list",
    outcomes: direct(listed),
    args: () => ({ archived: false, invited: false, max_conversations: 100 }),
    outcome: hasIt,
  }),
  rpc("list_conversations", {
    what: "invitations",
    outcomes: direct(
      outcomes("empty", "empty", "empty", "empty", { invited: "ok" }),
    ),
    args: () => ({ archived: false, invited: true, max_conversations: 100 }),
    outcome: hasIt,
  }),
  rpc("follow_messages", {
    outcomes: direct(readers),
    args: (world) => ({ ...byId(world), after: 9 }),
    outcome: seen,
  }),
  rpc("follow_conversations", {
    what: "by id",
    outcomes: direct(readers),
    args: ({ id }) => ({ ids: [id], names: [] }),
    outcome: ([version]) => seen(version),
  }),
  rpc("follow_conversations", {
    what: "by name",
    outcomes: direct(readers),
    args: ({ id }) => ({ ids: [], names: [id] }),
    outcome: ([version]) => seen(version),
  }),
  rpc("begin_export", { outcomes: direct(seers), args: byId }),
  rpc("export_messages", {
    outcomes: direct(readers),
    args: ({ id }) => ({ conversation_id: id, after: 0, through: 9 }),
  }),
  rpc("export_files", {
    outcomes: direct(readers),
    args: ({ id }) => ({ conversation_id: id, through_seq: 9 }),
  }),
  rpc("fork_conversation", { outcomes: direct(seers), args: byId }),
  rpc("read_members", { outcomes: direct(seers), args: byId }),
  rpc("read_member", {
    what: "of another",
    outcomes: direct(outcomes("ok", "not_found", "not_found", "not_found")),
    args: (world) => ({ ...byId(world), user_id: world.member }),
  }),
];

const writes: Case[] = [
  rpc("append_messages", {
    what: "to append",
    outcomes: appenders("elsewhere"),
    changes: true,
    args: (world) => ({
      request: JSON.stringify({ ...byId(world), messages: more }),
      idempotency_key: crypto.randomUUID(),
    }),
    outcome: into,
  }),
  rpc("append_messages", {
    what: "to rewind",
    outcomes: appenders("position_conflict"),
    changes: true,
    args: (world) => ({
      request: JSON.stringify({
        ...byId(world),
        after_position: 1,
        messages: more,
      }),
    }),
    outcome: into,
  }),
  rpc("update_conversation", {
    what: "the title",
    outcomes: direct(writers),
    changes: true,
    args: (world) => ({ ...byId(world), changes: '{"title":"New"}' }),
  }),
  rpc("update_conversation", {
    what: "ttl_seconds",
    outcomes: direct({ ...writers, editor: "owner_only" }),
    changes: true,
    args: (world) => ({ ...byId(world), changes: '{"ttl_seconds":60}' }),
  }),
  rpc("erase_message", {
    what: "of the owner's",
    outcomes: direct({ ...writers, editor: "owner_only" }),
    changes: true,
    args: (world) => ({ ...byId(world), message: "1" }),
  }),
  rpc("erase_message", {
    what: "of the editor's",
    outcomes: direct(writers),
    changes: true,
    args: (world) => ({ ...byId(world), message: "3" }),
  }),
  rpc("delete_conversation", {
    outcomes: direct(owners),
    changes: true,
    args: byId,
  }),
  rpc("put_member", {
    outcomes: direct(owners),
    changes: true,
    args: (world) => ({
      ...byId(world),
      user_id: world.newcomer,
      role: "viewer",
    }),
  }),
  rpc("accept_invitation", {
    outcomes: direct(
      outcomes("not_found", "ok", "ok", "not_found", { declined: "ok" }),
    ),
    changes: ["invited", "declined"],
    args: byId,
  }),
  rpc("remove_member", {
    outcomes: direct(owners),
    changes: true,
    args: (world) => ({ ...byId(world), user_id: world.member }),
  }),
  rpc("sweep_conversations", {
    outcomes: serviceOnly,
    args: () => ({ max_conversations: 1 }),
  }),
];

export const conversationFunctions = [...reads, ...writes];
