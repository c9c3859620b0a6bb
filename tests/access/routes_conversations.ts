/** The routes of conversation-append and conversation-history. */
import {
  anybody,
  type Case,
  listed,
  maintenance,
  outcomes,
  owners,
  readers,
  seers,
  writers,
} from "./matrix.ts";
import { intoIt, listsIt, route } from "./routes.ts";

const more = [{ role: "user", content: "more" }];
const history = "/conversation-history/{continuation_id}";
const appenders = (outsider: string) =>
  outcomes("ok", "ok", "read_only", outsider);
const self = (_: unknown, { id }: { id: string | null }) => ({
  user_id: id ?? crypto.randomUUID(),
});

const append: Case[] = [
  route("GET /conversation-append/_/health", { outcomes: anybody }),
  route("POST /conversation-append", {
    what: "to append",
    // A name that one cannot see is a name for a conversation of one's own.
    outcomes: appenders("elsewhere"),
    changes: true,
    json: ({ id }) => ({ continuation_id: id, messages: more }),
    outcome: intoIt,
  }),
  route("POST /conversation-append", {
    what: "to rewind",
    outcomes: appenders("position_conflict"),
    changes: true,
    json: ({ id }) => ({
      continuation_id: id,
      after_position: 1,
      messages: [],
    }),
    outcome: intoIt,
  }),
  route("POST /conversation-append", {
    what: "to revise",
    outcomes: appenders("position_conflict"),
    changes: true,
    json: ({ id }) => ({
      continuation_id: id,
      messages: [{ ...more[0], revises: 1 }],
    }),
    outcome: intoIt,
  }),
  route("POST /conversation-append", {
    what: "with a file of another's that one sees, or does not",
    outcomes: outcomes("ok", "ok", "ok", "unknown_file"),
    json: ({ mark, linked }) => ({
      continuation_id: `${mark}-${crypto.randomUUID()}`,
      messages: more,
      file_ids: [linked],
    }),
  }),
];

const read: Case[] = [
  route("GET /conversation-history/_/health", { outcomes: anybody }),
  route("GET /conversation-history", {
    what: "the list",
    outcomes: listed,
    query: () => ({ limit: "100" }),
    outcome: listsIt,
  }),
  route("GET /conversation-history", {
    what: "invitations",
    outcomes: outcomes("empty", "empty", "empty", "empty", { invited: "ok" }),
    query: () => ({ limit: "100", invited: "true" }),
    outcome: listsIt,
  }),
  route("GET /conversation-history", {
    what: "search",
    outcomes: listed,
    query: ({ word }) => ({ q: word }),
    outcome: listsIt,
  }),
  route(`GET ${history}`, { what: "the line", outcomes: readers }),
  route(`GET ${history}`, {
    what: "the log",
    outcomes: readers,
    query: () => ({ view: "log" }),
  }),
  route(`GET ${history}/messages/{message}`, { outcomes: seers }),
  route(`GET ${history}/context`, {
    outcomes: readers,
    query: () => ({ max_tokens: "999" }),
  }),
  route(`GET ${history}/follow`, { outcomes: readers }),
  route(`GET ${history}/export`, { outcomes: seers }),
  route(`POST ${history}/fork`, { outcomes: seers, json: () => ({}) }),
  route(`GET ${history}/members`, { outcomes: seers }),
  route(`GET ${history}/members/{user_id}`, {
    what: "of another",
    outcomes: outcomes("ok", "not_found", "not_found", "not_found"),
  }),
  route(`GET ${history}/members/{user_id}`, {
    what: "of oneself",
    outcomes: { ...seers, owner: "not_found" },
    params: self,
  }),
];

const change: Case[] = [
  ...([
    ["title", { title: "New" }],
    ["metadata", { metadata: { new: true } }],
    ["archived", { archived: true }],
    ["head_position", { head_position: 1 }],
  ] as const).map(([what, json]) =>
    route(`PATCH ${history}`, {
      what,
      outcomes: writers,
      changes: true,
      json: () => json,
    })
  ),
  route(`PATCH ${history}`, {
    what: "ttl_seconds",
    outcomes: { ...writers, editor: "owner_only" },
    changes: true,
    json: () => ({ ttl_seconds: 60 }),
  }),
  route(`DELETE ${history}`, { outcomes: owners, changes: true }),
  route(`DELETE ${history}/messages/{message}`, {
    what: "of the owner's",
    outcomes: { ...writers, editor: "owner_only" },
    changes: true,
  }),
  route(`DELETE ${history}/messages/{message}`, {
    what: "of the editor's",
    outcomes: writers,
    changes: true,
    params: () => ({ message: "3" }),
  }),
  route(`DELETE ${history}/files/{file_id}`, {
    // Only the owner takes away what somebody else has linked.
    outcomes: { ...writers, editor: "owner_only" },
    changes: true,
    params: ({ linked }) => ({ file_id: linked }),
  }),
  route("POST /conversation-history/_/sweep", {
    outcomes: maintenance,
    json: () => ({}),
  }),
];

const members: Case[] = [
  route(`PUT ${history}/members/me`, {
    outcomes: outcomes("not_found", "ok", "ok", "not_found", {
      declined: "ok",
    }),
    changes: ["invited", "declined"],
  }),
  route(`PUT ${history}/members/{user_id}`, {
    what: "to invite",
    outcomes: owners,
    changes: true,
    params: ({ newcomer }) => ({ user_id: newcomer }),
    json: () => ({ role: "editor" }),
  }),
  route(`PUT ${history}/members/{user_id}`, {
    what: "to change a role",
    outcomes: owners,
    changes: true,
    json: () => ({ role: "editor" }),
  }),
  route(`PUT ${history}/members/{user_id}`, {
    what: "to raise oneself",
    outcomes: { ...owners, owner: "validation_failed" },
    params: self,
    json: () => ({ role: "editor" }),
  }),
  route(`DELETE ${history}/members/{user_id}`, {
    what: "another",
    outcomes: owners,
    changes: true,
  }),
  route(`DELETE ${history}/members/{user_id}`, {
    what: "oneself",
    outcomes: { ...seers, owner: "not_found" },
    changes: true,
    params: self,
  }),
];

export const conversationRoutes = [...append, ...read, ...change, ...members];
