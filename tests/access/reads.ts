/** Who may read what: each case answers the rows that the actor gets to see. */
import type { Actor } from "../support/actors.ts";
import { history, request } from "../support/http.ts";
import { actors, type World } from "./world.ts";

export interface Read {
  what: string;
  /** The names of the actors who see something; everybody else sees nothing. */
  allowed: string;
  rows: (actor: Actor, world: World) => Promise<unknown[]>;
}

interface Selected {
  data: unknown;
  status: number;
}

/** The rows of a Data API answer; none where it was refused, which must not be a failure of ours. */
async function rowsOf(query: PromiseLike<Selected>): Promise<unknown[]> {
  const { data, status } = await query;
  if (status >= 500) throw new Error(`The Data API answered ${status}.`);
  return Array.isArray(data) ? data : data === null ? [] : [data];
}

const from = (actor: Actor, table: string) =>
  actor.supabase.from(table).select();

export const reads: Read[] = [
  {
    what: "the conversation, through the function",
    allowed: "owner viewer editor",
    rows: async (actor, { shared }) =>
      [(await history(actor, shared)).body.conversation ?? []].flat(),
  },
  {
    what: "its messages, through the function",
    allowed: "owner viewer editor",
    rows: async (actor, { shared }) =>
      (await history(actor, shared)).body.messages ?? [],
  },
  {
    what: "the conversation in the list, through the function",
    allowed: "owner viewer editor",
    rows: async (actor, { shared }) => {
      const { body } = await request(actor, "conversation-history?limit=100");
      return (body.conversations ?? []).filter(({ id }: { id: string }) =>
        id === shared
      );
    },
  },
  {
    what: "a conversation that is not shared, through the function",
    allowed: "owner",
    rows: async (actor, { unshared }) =>
      (await history(actor, unshared)).body.messages ?? [],
  },
  {
    what: "public.conversations",
    allowed: "owner viewer editor",
    rows: (actor, { shared }) =>
      rowsOf(from(actor, "conversations").eq("id", shared)),
  },
  {
    what: "public.conversations, of one that is not shared",
    allowed: "owner",
    rows: (actor, { unshared }) =>
      rowsOf(from(actor, "conversations").eq("id", unshared)),
  },
  {
    what: "public.messages",
    allowed: "owner viewer editor",
    rows: (actor, { shared }) =>
      rowsOf(from(actor, "messages").eq("conversation_id", shared)),
  },
  {
    what: "public.messages, of a conversation that is not shared",
    allowed: "owner",
    rows: (actor, { unshared }) =>
      rowsOf(from(actor, "messages").eq("conversation_id", unshared)),
  },
  {
    what: "public.conversation_members, of others",
    allowed: "owner",
    rows: (actor, { shared }) =>
      rowsOf(
        from(actor, "conversation_members").eq("conversation_id", shared)
          .neq("user_id", actor.id ?? actors.owner.id),
      ),
  },
  {
    what: "public.conversation_members, of oneself",
    allowed: "viewer editor",
    rows: (actor, { shared }) =>
      rowsOf(
        from(actor, "conversation_members").eq("conversation_id", shared)
          .eq("user_id", actor.id ?? actors.viewer.id),
      ),
  },
  {
    what: "public.files",
    allowed: "owner viewer editor",
    rows: (actor, { file }) => rowsOf(from(actor, "files").eq("id", file)),
  },
  {
    what: "public.conversation_files",
    allowed: "owner viewer editor",
    rows: (actor, { file }) =>
      rowsOf(from(actor, "conversation_files").eq("file_id", file)),
  },
  {
    what: "public.storage_usage of the owner",
    allowed: "owner",
    rows: (actor) =>
      rowsOf(from(actor, "storage_usage").eq("owner_id", actors.owner.id)),
  },
  {
    what: "public.schema_version",
    allowed: "",
    rows: (actor) => rowsOf(from(actor, "schema_version")),
  },
  {
    what: "the conversation by rpc read_history",
    allowed: "owner viewer editor",
    rows: async (actor, { shared }) => {
      const { data } = await actor.supabase.rpc("read_history", {
        continuation_id: shared,
      });
      return data?.messages ?? [];
    },
  },
  {
    what: "the conversation by rpc list_conversations",
    allowed: "owner viewer editor",
    rows: async (actor, { shared }) => {
      const { data } = await actor.supabase.rpc("list_conversations", {
        max_conversations: 100,
      });
      return (data?.conversations ?? []).filter(({ id }: { id: string }) =>
        id === shared
      );
    },
  },
  ...[
    "find_conversation",
    "lock_conversation",
    "messages_json",
    "shared_conversations",
  ].map((name) => ({
    what: `private.${name} over HTTP`,
    allowed: "",
    rows: async (actor: Actor, { shared }: World) => {
      const args = name === "find_conversation"
        ? { continuation_id: shared }
        : {};
      return [
        ...await rowsOf(actor.supabase.rpc(name, args)),
        ...await rowsOf(actor.supabase.schema("private").rpc(name, args)),
      ];
    },
  })),
];
