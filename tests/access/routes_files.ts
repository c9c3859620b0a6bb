/** The routes of file-upload and file-download. */
import {
  anybody,
  type Case,
  maintenance,
  outcomes,
  ownerAlone,
  readers,
  seers,
  writers,
} from "./matrix.ts";
import { route } from "./routes.ts";
import type { Answer } from "../support/http.ts";
import type { World } from "./world.ts";

export const kinds = ["linked", "unlinked", "pending", "deleted"] as const;
type Kind = (typeof kinds)[number];
const nobodyAtAll = outcomes(
  "not_found",
  "not_found",
  "not_found",
  "not_found",
);
export const file = (kind: Kind) => (world: World) => ({
  file_id: world[kind],
});

/** `unlisted`: the list holds others, and not this file. */
const listsFile = ({ text, body }: Answer, id: string) =>
  text.includes(id) ? "ok" : body.files.length === 0 ? "empty" : "unlisted";

/** Bytes of what is not ready are nobody's to read. */
export const bytes = {
  linked: seers,
  unlinked: ownerAlone,
  pending: nobodyAtAll,
  deleted: nobodyAtAll,
};
/** Its owner sees how an upload is getting on. */
export const described = { ...bytes, pending: ownerAlone };
/** Members see it, and are told that it is not theirs to change as if they did not. */
export const changed = { ...described, linked: ownerAlone };

const reads = kinds.flatMap((kind): Case[] => [
  route("GET /file-download/{file_id}", {
    what: `a ${kind} file`,
    outcomes: bytes[kind],
    params: file(kind),
  }),
  route("GET /file-download/{file_id}/url", {
    what: `a ${kind} file`,
    outcomes: bytes[kind],
    params: file(kind),
  }),
  route("GET /file-download/{file_id}/metadata", {
    what: `a ${kind} file`,
    outcomes: described[kind],
    params: file(kind),
  }),
  route("GET /file-download", {
    what: `a ${kind} file in the conversation's list`,
    outcomes: kind === "linked"
      ? readers
      : outcomes("unlisted", "unlisted", "unlisted", "empty"),
    query: ({ id }) => ({ continuation_id: id }),
    outcome: (answer, world) => listsFile(answer, world[kind]),
  }),
  route("GET /file-download", {
    what: `a ${kind} file in one's own list`,
    outcomes: outcomes(
      kind === "linked" || kind === "unlinked" ? "ok" : "unlisted",
      "empty",
      "empty",
      "empty",
    ),
    query: () => ({ limit: "100" }),
    outcome: (answer, world) => listsFile(answer, world[kind]),
  }),
]);

const changes = kinds.flatMap((kind): Case[] => [
  route("PATCH /file-upload/{file_id}", {
    what: `a ${kind} file`,
    outcomes: changed[kind],
    changes: true,
    params: file(kind),
    json: ({ mark }) => ({ metadata: { mark } }),
  }),
  route("DELETE /file-upload/{file_id}", {
    what: `a ${kind} file`,
    outcomes: changed[kind],
    changes: true,
    params: file(kind),
  }),
]);

export const fileRoutes: Case[] = [
  route("GET /file-upload/_/health", { outcomes: anybody }),
  route("GET /file-download/_/health", { outcomes: anybody }),
  ...reads,
  ...changes,
  route("POST /file-upload", {
    what: "into the conversation",
    outcomes: writers,
    changes: true,
    query: ({ id }) => ({ continuation_id: id }),
    body: ({ mark }) => ({
      body: crypto.randomUUID(),
      headers: { "Content-Type": "text/plain", "X-File-Name": mark },
    }),
  }),
  route("POST /file-upload/reservations", {
    what: "into the conversation",
    outcomes: writers,
    changes: true,
    json: ({ id, mark }) => ({
      original_name: mark,
      mime_type: "text/plain",
      size_bytes: 5,
      continuation_id: id,
    }),
  }),
  route("POST /file-upload/{file_id}/complete", {
    outcomes: ownerAlone,
    changes: true,
    params: file("pending"),
  }),
  // It removes the object that a crash has left.
  route("POST /file-upload/_/sweep", {
    outcomes: maintenance,
    changes: true,
    json: () => ({}),
  }),
];
