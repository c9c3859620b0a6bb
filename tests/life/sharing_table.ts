/** Every operation on a shared conversation, and what it comes to for each actor. */
import type { Actor } from "../support/actors.ts";
import { type Answer, append, request } from "../support/http.ts";
import { search } from "./searching.ts";

export interface World {
  id: string;
  /** A ready file of the owner's, linked to the conversation. */
  file: string;
  /** In a message of the conversation, and nowhere else. */
  word: string;
  /** A member, and an account that is none; neither acts. */
  member: string;
  newcomer: string;
}

export interface Operation {
  what: string;
  run: (actor: Actor, world: World) => Promise<string>;
  /** Outcomes for owner, editor, viewer, stranger and nobody. */
  outcomes: string;
  /** Whether it changes rows of the conversation where its outcome is ok. */
  changes: boolean;
}

/** ok, empty where the answer shows nothing, else the problem's code. */
function outcomeOf({ status, body, text }: Answer): string {
  if (status >= 300) return body?.code ?? `${status} ${text}`;
  return isEmpty(body) ? "empty" : "ok";
}

// deno-lint-ignore no-explicit-any -- answers of many shapes
function isEmpty(body: any): boolean {
  const shown = body?.messages ?? body?.hits ?? body?.files ?? body?.lines;
  return shown === null || shown?.length === 0;
}

const at =
  (path: string, method: string, json?: (world: World) => unknown) =>
  async (actor: Actor, world: World) => {
    const filled = path.replaceAll(
      /\{(\w+)\}/g,
      (_, name) =>
        name === "self"
          ? actor.id ?? world.newcomer
          : world[name as keyof World],
    );
    return outcomeOf(
      await request(actor, filled, { method, json: json?.(world) }),
    );
  };

const history = (rest: string, ...args: [string, ((w: World) => unknown)?]) =>
  at(`conversation-history/{id}${rest}`, ...args);

/** The same straight through the Data API; refused where it lets nobody call at all. */
const rpc =
  (name: string, args: (world: World, actor: Actor) => object) =>
  async (actor: Actor, world: World) => {
    const { data, error, status } = await actor.supabase.rpc(
      name,
      args(world, actor),
    );
    if (!error) return isEmpty(data) ? "empty" : "ok";
    if (error.code === "PT400") return error.message;
    return status === 401 || status === 403 || status === 404
      ? "refused"
      : `${status} ${error.message}`;
  };

const read = (what: string, outcomes: string, run: Operation["run"]) => ({
  what,
  run,
  outcomes,
  changes: false,
});
const write = (what: string, outcomes: string, run: Operation["run"]) => ({
  what,
  run,
  outcomes,
  changes: true,
});

const readers = "ok ok ok empty unauthenticated";
const seers = "ok ok ok not_found unauthenticated";
const writers = "ok ok read_only not_found unauthenticated";
const owners = "ok owner_only owner_only not_found unauthenticated";
/** Without a token the Data API refuses. */
const direct = (outcomes: string) =>
  outcomes.replace("unauthenticated", "refused");

const byFunction: Operation[] = [
  read("read the history", readers, history("", "GET")),
  read("read the context", readers, history("/context?max_tokens=99", "GET")),
  read(
    "search",
    readers,
    async (actor, { word }) => outcomeOf(await search(actor, word)),
  ),
  read("export", seers, history("/export", "GET")),
  read("list members", seers, history("/members", "GET")),
  read(
    "read one's own membership",
    "not_found ok ok not_found unauthenticated",
    history("/members/{self}", "GET"),
  ),
  read(
    "read another's membership",
    "ok not_found not_found not_found unauthenticated",
    history("/members/{member}", "GET"),
  ),
  read("list files", readers, at("file-download?continuation_id={id}", "GET")),
  read("describe a file", seers, at("file-download/{file}/metadata", "GET")),
  read("read a file", seers, at("file-download/{file}", "GET")),
  read("sign a file's URL", seers, at("file-download/{file}/url", "GET")),
  read("fork", seers, history("/fork", "POST", () => ({}))),
  write(
    "append",
    // A name that one cannot see is a name for a conversation of one's own.
    "ok ok read_only elsewhere unauthenticated",
    async (actor, { id }) => {
      const answer = await append(actor, id, ["more"]);
      return answer.status === 201 && answer.body.conversation.id !== id
        ? "elsewhere"
        : outcomeOf(answer);
    },
  ),
  write(
    "change the title",
    writers,
    history("", "PATCH", () => ({ title: "New" })),
  ),
  write(
    "change metadata",
    writers,
    history("", "PATCH", () => ({ metadata: { new: true } })),
  ),
  write("archive", writers, history("", "PATCH", () => ({ archived: true }))),
  write(
    "limit its life",
    "ok owner_only read_only not_found unauthenticated",
    history("", "PATCH", () => ({ ttl_seconds: 60 })),
  ),
  write(
    "add a member",
    owners,
    history("/members/{newcomer}", "PUT", () => ({ role: "editor" })),
  ),
  write(
    "change a role",
    owners,
    history("/members/{member}", "PUT", () => ({ role: "editor" })),
  ),
  write("remove another", owners, history("/members/{member}", "DELETE")),
  write(
    "leave",
    "not_found ok ok not_found unauthenticated",
    history("/members/{self}", "DELETE"),
  ),
  write("delete", owners, history("", "DELETE")),
];

const byDataApi: Operation[] = [
  read(
    "rpc read_history",
    direct(readers),
    rpc("read_history", ({ id }) => ({ continuation_id: id })),
  ),
  read(
    "rpc read_context",
    direct(readers),
    rpc("read_context", ({ id }) => ({ continuation_id: id, max_tokens: 99 })),
  ),
  read(
    "rpc search_messages",
    direct(readers),
    rpc("search_messages", ({ word }) => ({ q: word })),
  ),
  read(
    "rpc begin_export",
    direct(seers),
    rpc("begin_export", ({ id }) => ({ continuation_id: id })),
  ),
  read(
    "rpc export_messages",
    direct(readers),
    rpc("export_messages", ({ id }) => ({
      conversation_id: id,
      after: 0,
      through: 9,
    })),
  ),
  read(
    "rpc read_members",
    direct(seers),
    rpc("read_members", ({ id }) => ({ continuation_id: id })),
  ),
  read(
    "rpc read_file",
    direct(seers),
    rpc("read_file", ({ file }) => ({ file_id: file })),
  ),
  read(
    "rpc fork_conversation",
    direct(seers),
    rpc("fork_conversation", ({ id }) => ({ continuation_id: id })),
  ),
  write(
    "rpc update_conversation",
    direct(writers),
    rpc("update_conversation", ({ id }) => ({
      continuation_id: id,
      changes: { title: "New" },
    })),
  ),
  write(
    "rpc put_member",
    direct(owners),
    rpc("put_member", ({ id, newcomer }) => ({
      continuation_id: id,
      user_id: newcomer,
      role: "viewer",
    })),
  ),
  write(
    "rpc remove_member",
    direct(owners),
    rpc("remove_member", ({ id, member }) => ({
      continuation_id: id,
      user_id: member,
    })),
  ),
  write(
    "rpc delete_conversation",
    direct(owners),
    rpc("delete_conversation", ({ id }) => ({ continuation_id: id })),
  ),
  write(
    "rpc sweep_conversations",
    "refused refused refused refused refused",
    rpc("sweep_conversations", () => ({})),
  ),
];

export const operations = [...byFunction, ...byDataApi];
