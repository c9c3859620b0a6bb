-- What changes a conversation besides appending: PATCH, fork and deletion. What moves all rows of a
-- conversation has a statement_timeout of its own, which the Data API takes.

-- Changes of conversations: a merge in one pass, since one a key took four seconds for 64 KiB under
-- the lock that appenders wait for; and none of an expired conversation.
create function continuum.merge_patch(target jsonb, patch jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  if jsonb_typeof(patch) <> 'object' then
    return patch;
  end if;
  return (
    select coalesce(
      jsonb_object_agg(
        key, case when p.value is null then t.value else continuum.merge_patch(t.value, p.value) end
      ),
      '{}'
    )
    from jsonb_each(case when jsonb_typeof(target) = 'object' then target else '{}' end) t
    full join jsonb_each(patch) p using (key)
    where p.value is distinct from 'null'
  );
end;
$$;

-- The bytes of a value as compact JSON, which the API counts: jsonb's own text has a space after
-- every comma and colon, which are the spaces outside of strings.
create function continuum.json_bytes(value jsonb)
returns integer
language plpgsql
immutable
set search_path = ''
as $$
begin
  return octet_length(value::text)
    - regexp_count(regexp_replace(value::text, '"(?:[^"\\]|\\.)*"', '', 'g'), ' ');
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
  target continuum.conversations := continuum.require_access(continuation_id, 'editor');
  merged jsonb;
begin
  select c.* into target from continuum.conversations c where c.id = target.id for no key update;
  if target.id is null then
    perform continuum.raise_problem('not_found');
  end if;
  if not if_updated_at @> to_jsonb(target.updated_at) then
    perform continuum.raise_problem('precondition_failed');
  end if;
  merged := case
    when changes ? 'metadata' then continuum.merge_patch(target.metadata, changes -> 'metadata')
    else target.metadata
  end;
  if changes ? 'metadata' and continuum.json_bytes(merged) > 65536 then
    perform continuum.raise_problem('validation_failed', jsonb_build_object('errors', jsonb_build_array(
      jsonb_build_object('pointer', '/metadata', 'detail', 'Must be at most 64 KiB of JSON when merged.')
    )));
  end if;

  update continuum.conversations c
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
  return continuum.conversation_json(target);
end;
$$;

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
  target continuum.conversations := continuum.require_access(continuation_id, 'owner');
  answer json;
begin
  perform from continuum.conversations c where c.id = target.id for update;
  if not found then
    perform continuum.raise_problem('not_found');
  end if;
  select json_build_object(
    'conversation_id', target.id,
    'messages', (select count(*) from continuum.messages m where m.conversation_id = target.id),
    'members', (select count(*) from continuum.conversation_members m where m.conversation_id = target.id),
    'files_unlinked', (
      select count(distinct l.file_id) from continuum.conversation_files l
      where l.conversation_id = target.id
    )
  ) into answer;
  delete from continuum.conversations c where c.id = target.id;
  return answer;
end;
$$;

-- Copies messages with their seqs, authors and times, and the links of their files, into a
-- conversation that has none. Definer, because nobody may write in another author's name or set a
-- time; it does so only from a conversation that the caller reads into an empty one of their own.
create function continuum.copy_log(source uuid, copy uuid, through_seq bigint)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if not exists (
    select 1 from continuum.conversations c
    where c.id = copy and c.owner_id = (select auth.uid()) and c.last_seq = 0
  ) or not exists (
    select 1 from continuum.conversations c
    where c.id = source
      and (c.owner_id = (select auth.uid()) or c.id in (select continuum.shared_conversations()))
      and (c.ttl_seconds is null or continuum.expires_at(c.updated_at, c.ttl_seconds) > now())
  ) then
    raise insufficient_privilege using message = 'only from a conversation one reads into a new one of one''s own';
  end if;

  insert into continuum.messages (
    conversation_id, seq, author_id, role, content, parts, metadata, token_count, is_estimated,
    client_id, payload_hash, created_at
  )
  select
    copy, m.seq, m.author_id, m.role, m.content, m.parts, m.metadata, m.token_count, m.is_estimated,
    m.client_id, m.payload_hash, m.created_at
  from continuum.messages m
  where m.conversation_id = source and m.seq <= copy_log.through_seq
  order by m.seq;

  insert into continuum.conversation_files (conversation_id, file_id, message_seq, attached_by)
  select copy, l.file_id, l.message_seq, (select auth.uid())
  from continuum.conversation_files l
  join continuum.files f on f.id = l.file_id and f.status = 'ready'
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
  source continuum.conversations := continuum.find_conversation(continuation_id);
  copy   continuum.conversations;
begin
  if source.id is null then
    perform continuum.raise_problem('not_found');
  end if;
  -- The last_seq of this moment: what is appended meanwhile is not part of the fork.
  if through_seq not between 1 and source.last_seq then
    perform continuum.raise_problem('validation_failed', jsonb_build_object('errors', jsonb_build_array(
      jsonb_build_object('pointer', '/through_seq', 'detail', 'Must be a seq of the conversation.')
    )));
  end if;

  perform continuum.forget_expired(new_continuation_id);
  insert into continuum.conversations (continuation_id, title, metadata)
  values (
    coalesce(new_continuation_id, gen_random_uuid()::text),
    coalesce(fork_conversation.title, source.title),
    source.metadata
  )
  on conflict on constraint conversations_owner_id_continuation_id_key do nothing
  returning * into copy;
  if copy.id is null then
    perform continuum.raise_problem('already_exists');
  end if;

  perform continuum.copy_log(source.id, copy.id, coalesce(through_seq, source.last_seq));
  select c.* into copy from continuum.conversations c where c.id = copy.id;
  return continuum.conversation_json(copy);
end;
$$;

comment on function public.update_conversation is
  'Problems: not_found, read_only, owner_only, precondition_failed, validation_failed.';
comment on function public.delete_conversation is 'Problems: not_found, owner_only.';
comment on function public.fork_conversation is
  'Problems: not_found, validation_failed, already_exists.';

revoke all on function
  continuum.merge_patch,
  continuum.json_bytes,
  public.update_conversation,
  public.delete_conversation,
  continuum.copy_log,
  public.fork_conversation
from public, anon, authenticated, service_role;
grant execute on function
  continuum.merge_patch,
  continuum.json_bytes,
  public.update_conversation,
  public.delete_conversation,
  continuum.copy_log,
  public.fork_conversation
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123091000', 'changes');
