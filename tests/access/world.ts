/** What every case starts from, and how the database looks afterwards. */
import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { type Actor, cast, signUp } from "../support/actors.ts";
import { type Answer, append, fresh } from "../support/http.ts";
import { share } from "../support/sharing.ts";
import { withSql } from "../support/sql.ts";
import { put, reserve, storedFile, unique } from "../support/stored_files.ts";
import { target } from "../support/target.ts";
import { claimsOf, otherKey, signedWith, tokenOf } from "../support/tokens.ts";
import type { ActorName } from "./matrix.ts";

const { owner, editor, viewer, stranger, nobody } = await cast();
const [invited, declined, member, newcomer] = await Promise.all(
  ["invited", "declined", "member", "newcomer"].map((name) => signUp(name)),
) as [Actor, Actor, Actor, Actor];

/** A client that sends these headers and has no session. */
function clientWith(key: string, headers: Record<string, string> = {}) {
  return createClient(target.url, key, {
    auth: { persistSession: false, autoRefreshToken: false },
    global: { headers },
  });
}

/** Somebody whose requests carry `token`, as those of supabase-js do. */
function bearer(
  name: string,
  token: string,
  key = target.publishableKey,
): Actor {
  const Authorization = `Bearer ${token}`;
  return {
    name,
    id: null,
    headers: { apikey: key, Authorization },
    supabase: clientWith(key, { Authorization }),
  };
}

/** The owner's token, signed by nobody. */
function forgedToken(): string {
  const [head, claims, signature] = tokenOf(owner).split(".");
  const turned = [...signature!].reverse().join("");
  return `${head}.${claims}.${turned}`;
}

/** A user whose account is deleted, with a token that still verifies. */
async function departed(): Promise<Actor> {
  const user = await signUp("departed");
  await append(user, fresh("left"), ["hello"]);
  await withSql((sql) => sql`delete from auth.users where id = ${user.id}`);
  return { ...bearer("departed", tokenOf(user)), id: user.id };
}

/** Tokens that only the project's own key can sign; none where that key is not known. */
async function signed(): Promise<Partial<Record<ActorName, Actor>>> {
  const { signingKey } = target;
  if (signingKey === undefined) return {};
  const now = Math.floor(Date.now() / 1000);
  const claims = claimsOf(tokenOf(owner));
  const expired = { ...claims, iat: now - 7200, exp: now - 3600 };
  const legacy = async (name: string, role: string) => {
    const key = await signedWith(signingKey, {
      role,
      iss: "supabase",
      iat: now,
      exp: now + 86400,
    });
    return bearer(name, key, key);
  };
  return {
    expired: bearer("expired", await signedWith(signingKey, expired)),
    legacyAnon: await legacy("legacyAnon", "anon"),
    legacyService: await legacy("legacyService", "service_role"),
  };
}

const made = await signed();

/** Those who ask. One is missing if this project does not let tests make its token. */
export const actors: Partial<Record<ActorName, Actor>> & { owner: Actor } = {
  owner,
  editor,
  viewer,
  invited,
  declined,
  stranger,
  nobody,
  forged: bearer("forged", forgedToken()),
  foreign: bearer(
    "foreign",
    await signedWith(await otherKey(), claimsOf(tokenOf(owner))),
  ),
  departed: await departed(),
  publishable: bearer("publishable", target.publishableKey),
  admin: bearer("admin", target.secretKey, target.secretKey),
  ...made,
  secret: {
    name: "secret",
    id: null,
    headers: { apikey: target.secretKey },
    supabase: clientWith(target.secretKey),
  },
};

export interface World {
  /**
   * The owner's conversation, shared with editor, viewer, invited, declined and `member`. 1 and 2 are
   * messages of the owner's, 3 is one of the editor's.
   */
  id: string;
  /** The ids of the first message and of the third. */
  ownersMessage: string;
  editorsMessage: string;
  /** In the first message, and nowhere else. */
  word: string;
  /** A member, and an account that is none; neither acts. */
  member: string;
  newcomer: string;
  /** Files of the owner's: ready, linked to the conversation or not. */
  linked: string;
  unlinked: string;
  /** Pending and linked, with its bytes in Storage, and without. */
  pending: string;
  awaited: string;
  /** Deleted and linked, its object left by a crash. */
  deleted: string;
  /** A word that only this world has: operations name what they make by it. */
  mark: string;
}

function must(answer: Answer): Answer {
  assert.ok(answer.status < 300, answer.text);
  return answer;
}

export async function makeWorld(): Promise<World> {
  const word = `w${crypto.randomUUID().replaceAll("-", "")}`;
  const { body } = must(await append(owner, fresh("shared"), [word, "kept"]));
  const id: string = body.conversation.id;
  const query = `continuation_id=${id}`;
  const draft = () => ({ content: unique("content"), query });
  await Promise.all([
    share(id, editor, "editor"),
    share(id, viewer, "viewer"),
    share(id, invited, "viewer", "invited"),
    share(id, declined, "editor", "declined"),
    share(id, member, "viewer"),
  ]);
  const [linked, unlinked, deleted, pending, awaited] = await Promise.all([
    storedFile(owner, draft()),
    storedFile(owner),
    storedFile(owner, draft()),
    reserve(owner, { continuation_id: id }),
    reserve(owner, { continuation_id: id }),
  ]);
  await put(must(pending), "hello");
  const third = must(await append(editor, id, ["by the editor"]));
  await withSql((sql) =>
    sql`update continuum.files set status = 'deleted' where id = ${deleted.id}`
  );
  return {
    id,
    ownersMessage: body.messages[0].id,
    editorsMessage: third.body.messages[0].id,
    word,
    member: member.id!,
    newcomer: newcomer.id!,
    linked: linked.id,
    unlinked: unlinked.id,
    pending: pending.body.file.id,
    awaited: must(awaited).body.file.id,
    deleted: deleted.id,
    mark: crypto.randomUUID(),
  };
}

/** A world of ids that nothing has. */
export function missingWorld(): World {
  const [id, linked, unlinked, pending, awaited, deleted, mark] = Array.from(
    { length: 7 },
    () => crypto.randomUUID(),
  ) as [string, string, string, string, string, string, string];
  return {
    id,
    ownersMessage: crypto.randomUUID(),
    editorsMessage: crypto.randomUUID(),
    word: `w${mark.replaceAll("-", "")}`,
    member: member.id!,
    newcomer: newcomer.id!,
    linked,
    unlinked,
    pending,
    awaited,
    deleted,
    mark,
  };
}

/** Where a file of the owner's has its object. */
export async function pathOf(file: string): Promise<string> {
  const [row] = await withSql((sql) =>
    sql<{ path: string }[]>`
      select c.storage_path as path
      from continuum.files f join continuum.file_contents c on c.id = f.content_id
      where f.id = ${file}
    `
  );
  return row?.path ?? `${owner.id}/${file}`;
}

/** All rows of a world, and what anybody has made with its mark. */
export function readState({ id, mark, ...ids }: World) {
  const files = [
    ids.linked,
    ids.unlinked,
    ids.pending,
    ids.awaited,
    ids.deleted,
  ];
  return withSql(async (sql) => ({
    conversation: await sql`
      select * from continuum.conversations where id = ${id}`,
    messages: await sql`
      select * from continuum.messages where conversation_id = ${id} order by seq`,
    keys: await sql`
      select * from continuum.append_keys where conversation_id = ${id} order by key`,
    members: await sql`
      select * from continuum.conversation_members where conversation_id = ${id} order by user_id`,
    links: await sql`
      select * from continuum.conversation_files where conversation_id = ${id}
      order by file_id, message_seq`,
    files: await sql`
      select * from continuum.files where id = any(${files}::uuid[]) order by id`,
    contents: await sql`
      select c.* from continuum.file_contents c
      where c.id in (select content_id from continuum.files where id = any(${files}::uuid[]))
      order by c.id`,
    objects: await sql`
      select o.bucket_id, o.name, o.version from storage.objects o
      where o.name in (
          select c.storage_path
          from continuum.files f join continuum.file_contents c on c.id = f.content_id
          where f.id = any(${files}::uuid[])
        )
        or o.name like ${"%" + mark + "%"}
      order by o.name`,
    buckets: await sql`
      select id, public, file_size_limit, allowed_mime_types from storage.buckets
      where id in ('user-files', 'generated-files') or id = ${mark} order by id`,
    made: await sql`
      select owner_id from continuum.conversations where continuation_id = ${mark}
      union all
      select owner_id from continuum.files where original_name = ${mark}`,
  }));
}
