/** The routes of openai. */
import type { Answer } from "../support/http.ts";
import {
  anybody,
  type Case,
  listed,
  outcomes,
  owners,
  seers,
  writers,
} from "./matrix.ts";
import { route } from "./routes.ts";
import { bytes, changed, described, file, kinds } from "./routes_files.ts";
import type { World } from "./world.ts";

/** What anybody with an account may do for themselves. */
const users = outcomes("ok", "ok", "ok", "ok");
const conversations = "/openai/v1/conversations";
const one = `${conversations}/{conversation_id}`;
const items = [{ role: "user", content: "more" }];
const editors = ({ editorsMessage }: World) => ({ item_id: editorsMessage });

/** Whether a list has what has this UUID. */
const has = ({ body, text }: Answer, uuid: string) =>
  text.includes(uuid.replaceAll("-", ""))
    ? "ok"
    : body.data.length === 0
    ? "empty"
    : "unlisted";

const conversationCases: Case[] = [
  route("GET /openai/_/health", { outcomes: anybody }),
  route(`POST ${conversations}`, { outcomes: users, json: () => ({ items }) }),
  route(`GET ${conversations}`, {
    outcomes: listed,
    query: () => ({ limit: "100" }),
    outcome: (answer, { id }) => has(answer, id) === "ok" ? "ok" : "empty",
  }),
  route(`GET ${one}`, { outcomes: seers }),
  route(`POST ${one}`, {
    outcomes: writers,
    changes: true,
    json: () => ({ metadata: { new: "yes" } }),
  }),
  route(`DELETE ${one}`, { outcomes: owners, changes: true }),
  route(`POST ${one}/items`, {
    outcomes: writers,
    changes: true,
    json: () => ({ items }),
  }),
  route(`GET ${one}/items`, { outcomes: seers }),
  route(`GET ${one}/items/{item_id}`, { outcomes: seers }),
  route(`DELETE ${one}/items/{item_id}`, {
    what: "of the owner's",
    outcomes: { ...writers, editor: "owner_only" },
    changes: true,
  }),
  route(`DELETE ${one}/items/{item_id}`, {
    what: "of the editor's",
    outcomes: writers,
    changes: true,
    params: editors,
  }),
];

const fileCases = kinds.flatMap((kind): Case[] => [
  route("GET /openai/v1/files/{file_id}", {
    what: `a ${kind} file`,
    outcomes: described[kind],
    params: file(kind),
  }),
  route("GET /openai/v1/files/{file_id}/content", {
    what: `a ${kind} file`,
    outcomes: bytes[kind],
    params: file(kind),
  }),
  route("DELETE /openai/v1/files/{file_id}", {
    what: `a ${kind} file`,
    outcomes: changed[kind],
    changes: true,
    params: file(kind),
  }),
  route("GET /openai/v1/files", {
    what: `a ${kind} file`,
    // Whoever else has files sees those alone.
    outcomes: outcomes(
      kind === "linked" || kind === "unlinked" ? "ok" : "hidden",
      "hidden",
      "hidden",
      "hidden",
    ),
    query: () => ({ limit: "100" }),
    // A page has the newest.
    ownWorld: true,
    outcome: (answer, world) =>
      has(answer, world[kind]) === "ok" ? "ok" : "hidden",
  }),
]);

export const openaiRoutes: Case[] = [
  ...conversationCases,
  ...fileCases,
  route("POST /openai/v1/files", {
    outcomes: users,
    body: () => {
      const form = new FormData();
      form.append("purpose", "user_data");
      form.append("file", new File([crypto.randomUUID()], "a.txt"));
      return { body: form, headers: {} };
    },
  }),
];
