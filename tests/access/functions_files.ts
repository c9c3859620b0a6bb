/** The SQL functions of files. */
import { rpc } from "./functions.ts";
import {
  type Case,
  direct,
  outcomes,
  ownerAlone,
  readers,
  seers,
  serviceOnly,
  writers,
} from "./matrix.ts";

const ownersAlone = direct(ownerAlone);

export const fileFunctions: Case[] = [
  rpc("list_files", {
    outcomes: direct(readers),
    args: ({ id }) => ({ continuation_id: id, max_files: 9 }),
  }),
  rpc("read_file", {
    what: "a linked one",
    outcomes: direct(seers),
    args: ({ linked }) => ({ file_id: linked }),
  }),
  rpc("read_file", {
    what: "an unlinked one",
    outcomes: ownersAlone,
    args: ({ unlinked }) => ({ file_id: unlinked }),
  }),
  rpc("locate_file", {
    what: "a linked one",
    outcomes: direct(seers),
    args: ({ linked }) => ({ file_id: linked }),
  }),
  rpc("locate_file", {
    what: "an unlinked one",
    outcomes: ownersAlone,
    args: ({ unlinked }) => ({ file_id: unlinked }),
  }),
  rpc("locate_file", {
    what: "a pending one",
    outcomes: direct(
      outcomes("not_found", "not_found", "not_found", "not_found"),
    ),
    args: ({ pending }) => ({ file_id: pending }),
  }),
  rpc("read_upload", {
    outcomes: ownersAlone,
    args: ({ pending }) => ({ file_id: pending }),
  }),
  rpc("reserve_file", {
    outcomes: direct(writers),
    changes: true,
    args: ({ id, mark }) => ({
      bucket: "user-files",
      original_name: mark,
      mime_type: "text/plain",
      continuation_id: id,
    }),
  }),
  rpc("begin_upload", {
    outcomes: direct(writers),
    changes: true,
    args: ({ id, mark }) => ({
      bucket: "user-files",
      original_name: mark,
      mime_type: "text/plain",
      continuation_id: id,
    }),
  }),
  rpc("grow_file", {
    outcomes: ownersAlone,
    changes: true,
    args: ({ pending }) => ({ file_id: pending, size_bytes: 777 }),
  }),
  rpc("complete_file", {
    outcomes: ownersAlone,
    changes: true,
    args: ({ pending }) => ({ file_id: pending }),
  }),
  rpc("abandon_file", {
    outcomes: direct(outcomes("ok", "nothing", "nothing", "nothing")),
    changes: true,
    args: ({ pending }) => ({ file_id: pending }),
    outcome: (abandoned) => `${abandoned}` === "true" ? "ok" : "nothing",
  }),
  rpc("rename_file", {
    outcomes: ownersAlone,
    changes: true,
    args: ({ linked, mark }) => ({ file_id: linked, original_name: mark }),
  }),
  rpc("delete_file", {
    outcomes: ownersAlone,
    changes: true,
    args: ({ linked }) => ({ file_id: linked }),
  }),
  rpc("unlink_file", {
    // Only the owner takes away what somebody else has linked.
    outcomes: direct({ ...writers, editor: "owner_only" }),
    changes: true,
    args: ({ id, linked }) => ({ continuation_id: id, file_id: linked }),
  }),
  rpc("begin_sweep", {
    outcomes: serviceOnly,
    args: () => ({
      pending_seconds: 86400,
      unlinked_seconds: 604800,
      max_objects: 1,
    }),
  }),
  rpc("finish_sweep", {
    // It forgets what is deleted and has no object; the world's has one.
    outcomes: serviceOnly,
  }),
];
