-- What changes a conversation besides appending: PATCH, members, fork, deletion and expiry.
-- What moves all rows of a conversation takes a fifth of a millisecond a message, and so may need
-- more than the role's statement_timeout: the Data API takes a function's own.

-- JSON merge patch, RFC 7396: null removes, objects merge, everything else replaces.
create function private.merge_patch(target jsonb, patch jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  result jsonb;
  member record;
begin
  if jsonb_typeof(patch) <> 'object' then
    return patch;
  end if;
  result := case when jsonb_typeof(target) = 'object' then target else '{}' end;
  for member in select * from jsonb_each(patch) loop
    if member.value = 'null' then
      result := result - member.key;
    else
      result := result || jsonb_build_object(
        member.key, private.merge_patch(result -> member.key, member.value)
      );
    end if;
  end loop;
  return result;
end;
$$;

-- The bytes of a value as compact JSON, which the API counts: jsonb's own text has a space after
-- every comma and colon, which are the spaces outside of strings.
create function private.json_bytes(value jsonb)
returns integer
language sql
immutable
set search_path = ''
as $$
  select octet_length(value::text)
    - regexp_count(regexp_replace(value::text, '"(?:[^"\\]|\\.)*"', '', 'g'), ' ')
$$;

-- An editor's ttl_seconds of 1 would be an editor's deletion, which is the owner's alone.
create function private.keep_ttl_to_owner()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if (select auth.uid()) <> old.owner_id then
    perform private.raise_problem('owner_only');
  end if;
  return new;
end;
$$;
revoke all on function private.keep_ttl_to_owner() from public, anon, authenticated, service_role;

create trigger conversations_keep_ttl_to_owner
  before update on public.conversations
  for each row when (old.ttl_seconds is distinct from new.ttl_seconds)
  execute function private.keep_ttl_to_owner();

-- The conversation, if the caller may do what asks for `required`: editor or owner.
create function private.require_access(continuation_id text, required text)
returns public.conversations
language plpgsql
stable
set search_path = ''
as $$
declare
  target public.conversations := private.find_conversation(continuation_id);
  access text;
begin
  if target.id is null then
    perform private.raise_problem('not_found');
  end if;
  access := private.access_to(target);
  if access = 'viewer' and required = 'editor' then
    perform private.raise_problem('read_only');
  elsif access <> 'owner' and required = 'owner' then
    perform private.raise_problem('owner_only');
  end if;
  return target;
end;
$$;

-- changes holds the members to change and no others: title, metadata (a merge patch), archived,
-- ttl_seconds. if_updated_at lists the versions that the caller has seen; any other is refused.
create function public.update_conversation(
  continuation_id text,
  changes         jsonb,
  if_updated_at   jsonb default null
)
returns json
language plpgsql
security invoker
set search_path = ''
as $$
declare
  target public.conversations := private.require_access(continuation_id, 'editor');
  merged jsonb;
begin
  select c.* into target from public.conversations c where c.id = target.id for no key update;
  if target.id is null then
    perform private.raise_problem('not_found');
  end if;
  if not if_updated_at @> to_jsonb(target.updated_at) then
    perform private.raise_problem('precondition_failed');
  end if;
  merged := case
    when changes ? 'metadata' then private.merge_patch(target.metadata, changes -> 'metadata')
    else target.metadata
  end;
  if changes ? 'metadata' and private.json_bytes(merged) > 65536 then
    perform private.raise_problem('validation_failed', jsonb_build_object('errors', jsonb_build_array(
      jsonb_build_object('pointer', '/metadata', 'detail', 'Must be at most 64 KiB of JSON when merged.')
    )));
  end if;

  update public.conversations c
  set
    title = coalesce(changes ->> 'title', c.title),
    metadata = merged,
    ttl_seconds = case
      when changes ? 'ttl_seconds' then (changes ->> 'ttl_seconds')::integer
      else c.ttl_seconds
    end,
    archived_at = case (changes ->> 'archived')::boolean
      when true then coalesce(c.archived_at, clock_timestamp())
      when false then null
      else c.archived_at
    end
  where c.id = target.id
  returning c.* into target;
  return private.conversation_json(target);
end;
$$;
comment on function public.update_conversation is
  'Problems: not_found, read_only, owner_only, precondition_failed, validation_failed.';

-- Removes all rows of a conversation of the caller's and says how many there were. Its files stay
-- until the sweep, which keeps those that another conversation links.
create function public.delete_conversation(continuation_id text)
returns json
language plpgsql
security invoker
set search_path = ''
set statement_timeout = '60s'
as $$
declare
  target public.conversations := private.require_access(continuation_id, 'owner');
  answer json;
begin
  perform from public.conversations c where c.id = target.id for update;
  if not found then
    perform private.raise_problem('not_found');
  end if;
  select json_build_object(
    'conversation_id', target.id,
    'messages', (select count(*) from public.messages m where m.conversation_id = target.id),
    'members', (select count(*) from public.conversation_members m where m.conversation_id = target.id),
    'files_unlinked', (
      select count(distinct l.file_id) from public.conversation_files l
      where l.conversation_id = target.id
    )
  ) into answer;
  delete from public.conversations c where c.id = target.id;
  return answer;
end;
$$;
comment on function public.delete_conversation is 'Problems: not_found, owner_only.';

-- Copies messages with their seqs, authors and times, and the links of their files, into a
-- conversation that has none. Definer, because nobody may write in another author's name or set a
-- time; it does so only from a conversation that the caller reads into an empty one of their own.
create function private.copy_log(source uuid, copy uuid, through_seq bigint)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if not exists (
    select 1 from public.conversations c
    where c.id = copy and c.owner_id = (select auth.uid()) and c.last_seq = 0
  ) or not exists (
    select 1 from public.conversations c
    where c.id = source
      and (c.owner_id = (select auth.uid()) or c.id in (select private.shared_conversations()))
      and (c.ttl_seconds is null or private.expires_at(c.updated_at, c.ttl_seconds) > now())
  ) then
    raise insufficient_privilege using message = 'only from a conversation one reads into a new one of one''s own';
  end if;

  insert into public.messages (
    conversation_id, seq, author_id, role, content, parts, metadata, token_count, is_estimated,
    client_id, payload_hash, created_at
  )
  select
    copy, m.seq, m.author_id, m.role, m.content, m.parts, m.metadata, m.token_count, m.is_estimated,
    m.client_id, m.payload_hash, m.created_at
  from public.messages m
  where m.conversation_id = source and m.seq <= copy_log.through_seq
  order by m.seq;

  insert into public.conversation_files (conversation_id, file_id, message_seq, attached_by)
  select copy, l.file_id, l.message_seq, (select auth.uid())
  from public.conversation_files l
  join public.files f on f.id = l.file_id and f.status = 'ready'
  where l.conversation_id = source
    and (l.message_seq is null or l.message_seq <= copy_log.through_seq);
end;
$$;

-- A new conversation of the caller's that begins as another one they read did. Files are linked,
-- not copied. through_seq null: all of it.
create function public.fork_conversation(
  continuation_id     text,
  through_seq         bigint default null,
  new_continuation_id text   default null,
  title               text   default null
)
returns json
language plpgsql
security invoker
set search_path = ''
set statement_timeout = '60s'
as $$
declare
  source public.conversations := private.find_conversation(continuation_id);
  copy   public.conversations;
begin
  if source.id is null then
    perform private.raise_problem('not_found');
  end if;
  -- The last_seq of this moment: what is appended meanwhile is not part of the fork.
  if through_seq not between 1 and source.last_seq then
    perform private.raise_problem('validation_failed', jsonb_build_object('errors', jsonb_build_array(
      jsonb_build_object('pointer', '/through_seq', 'detail', 'Must be a seq of the conversation.')
    )));
  end if;

  perform private.forget_expired(new_continuation_id);
  insert into public.conversations (continuation_id, title, metadata)
  values (
    coalesce(new_continuation_id, gen_random_uuid()::text),
    coalesce(fork_conversation.title, source.title),
    source.metadata
  )
  on conflict on constraint conversations_owner_id_continuation_id_key do nothing
  returning * into copy;
  if copy.id is null then
    perform private.raise_problem('already_exists');
  end if;

  perform private.copy_log(source.id, copy.id, coalesce(through_seq, source.last_seq));
  select c.* into copy from public.conversations c where c.id = copy.id;
  return private.conversation_json(copy);
end;
$$;
comment on function public.fork_conversation is
  'Problems: not_found, validation_failed, already_exists.';

create function private.member_json(member public.conversation_members)
returns json
language sql
stable
set search_path = ''
as $$
  select json_build_object(
    'user_id', (member).user_id, 'role', (member).role, 'added_at', (member).added_at
  )
$$;

-- The members that the caller may see: all to the owner, oneself to a member.
create function public.read_members(continuation_id text, user_id uuid default null)
returns json
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  target public.conversations := private.find_conversation(continuation_id);
  answer json;
begin
  if target.id is null then
    perform private.raise_problem('not_found');
  end if;
  select json_agg(private.member_json(m) order by m.added_at, m.user_id) into answer
  from public.conversation_members m
  where m.conversation_id = target.id
    and (read_members.user_id is null or m.user_id = read_members.user_id);
  if answer is null and read_members.user_id is not null then
    perform private.raise_problem('not_found');
  end if;
  return json_build_object('members', coalesce(answer, '[]'));
end;
$$;
comment on function public.read_members is 'Problems: not_found.';

-- Adds a member or changes a role.
create function public.put_member(continuation_id text, user_id uuid, role public.member_role)
returns json
language plpgsql
security invoker
set search_path = ''
as $$
declare
  target public.conversations := private.require_access(continuation_id, 'owner');
  member public.conversation_members;
begin
  if put_member.user_id = target.owner_id then
    perform private.raise_problem('validation_failed', jsonb_build_object('errors', jsonb_build_array(
      jsonb_build_object('pointer', '/user_id', 'detail', 'The owner is no member.')
    )));
  end if;
  insert into public.conversation_members (conversation_id, user_id, role)
  values (target.id, put_member.user_id, put_member.role)
  on conflict on constraint conversation_members_pkey do update set role = excluded.role
  returning * into member;
  return private.member_json(member);
exception when foreign_key_violation then
  perform private.raise_problem('unknown_user');
end;
$$;
comment on function public.put_member is
  'Problems: not_found, owner_only, validation_failed, unknown_user.';

-- The owner removes a member; a member leaves.
create function public.remove_member(continuation_id text, user_id uuid)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
  target public.conversations := private.find_conversation(continuation_id);
begin
  if target.id is null then
    perform private.raise_problem('not_found');
  end if;
  if target.owner_id <> (select auth.uid()) and remove_member.user_id <> (select auth.uid()) then
    perform private.raise_problem('owner_only');
  end if;
  delete from public.conversation_members m
  where m.conversation_id = target.id and m.user_id = remove_member.user_id;
  if not found then
    perform private.raise_problem('not_found');
  end if;
end;
$$;
comment on function public.remove_member is 'Problems: not_found, owner_only.';

-- Removes expired conversations, oldest first, a bounded number a call: as many as hold 20,000
-- messages together, and always one.
create function public.sweep_conversations(max_conversations integer default 100)
returns json
language plpgsql
security invoker
set search_path = ''
set statement_timeout = '60s'
as $$
declare
  expired uuid[];
  removed integer;
begin
  expired := array(
    select b.id
    from (
      select e.id, sum(e.last_seq) over (order by e.expired_at, e.id) - e.last_seq as messages_before
      from (
        select c.id, c.last_seq, private.expires_at(c.updated_at, c.ttl_seconds) as expired_at
        from public.conversations c
        where c.ttl_seconds is not null and private.expires_at(c.updated_at, c.ttl_seconds) <= now()
        order by private.expires_at(c.updated_at, c.ttl_seconds)
        limit max_conversations
        for update skip locked
      ) e
    ) b
    where b.messages_before < 20000
  );
  delete from public.conversations c where c.id = any (expired);
  get diagnostics removed = row_count;
  return json_build_object(
    'conversations', removed,
    'more', exists (
      select 1 from public.conversations e
      where e.ttl_seconds is not null and private.expires_at(e.updated_at, e.ttl_seconds) <= now()
    )
  );
end;
$$;

revoke all on function
  private.merge_patch(jsonb, jsonb),
  private.json_bytes(jsonb),
  private.require_access(text, text),
  private.copy_log(uuid, uuid, bigint),
  private.member_json(public.conversation_members),
  public.update_conversation(text, jsonb, jsonb),
  public.delete_conversation(text),
  public.fork_conversation(text, bigint, text, text),
  public.read_members(text, uuid),
  public.put_member(text, uuid, public.member_role),
  public.remove_member(text, uuid),
  public.sweep_conversations(integer)
from public, anon, authenticated, service_role;
grant execute on function
  private.merge_patch(jsonb, jsonb),
  private.json_bytes(jsonb),
  private.require_access(text, text),
  private.copy_log(uuid, uuid, bigint),
  private.member_json(public.conversation_members),
  public.update_conversation(text, jsonb, jsonb),
  public.delete_conversation(text),
  public.fork_conversation(text, bigint, text, text),
  public.read_members(text, uuid),
  public.put_member(text, uuid, public.member_role),
  public.remove_member(text, uuid)
to authenticated;
grant execute on function public.sweep_conversations(integer) to service_role;
-- The sweep locks what it removes, for which PostgreSQL asks for the right to change some column.
grant update (ttl_seconds) on table public.conversations to service_role;

insert into public.schema_version (version, description)
values ('20261123091100', 'changing, sharing, forking and deleting conversations');
