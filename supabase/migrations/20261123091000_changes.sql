-- What changes a conversation besides appending: PATCH, erasing a message, fork and deletion. What moves
-- many rows has a statement_timeout of its own, which the Data API takes, and is one at a time a user.

-- RFC 7396, in one pass: one pass a key took four seconds for 64 KiB under the lock that appenders wait for.
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

-- Why a field of a change is refused; null if it is not.
create function continuum.change_field_fault(name text, value json)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  kind constant text := json_typeof(value);
begin
  return case name
    when 'title' then case
      when kind <> 'string' or char_length(value #>> '{}') not between 1 and 200 then 'Must be 1 to 200 characters.'
    end
    when 'metadata' then case when kind <> 'object' then 'Must be a JSON object.' end
    when 'archived' then case when kind <> 'boolean' then 'Must be true or false.' end
    when 'ttl_seconds' then case
      when kind <> 'null' and coalesce(continuum.as_count(value) not between 1 and 315360000, true)
        then 'Must be a whole number from 1 to 315360000, or null.'
    end
    when 'head_position' then case when continuum.as_count(value) is null then 'Must be a position.' end
    else 'Unknown field.'
  end;
end;
$$;

-- changes is a JSON object of the fields to change and no others: title, metadata (a merge patch), archived,
-- ttl_seconds, head_position. if_updated_at lists the versions that the caller has seen; any other is refused.
create function public.update_conversation(
  continuation_id text,
  changes         text,
  if_updated_at   jsonb default null
)
returns text
language plpgsql
security invoker
set search_path = ''
as $$
declare
  caller  constant uuid := continuum.require_account();
  patch   constant json := continuum.bounded(changes, 262144);
  target  continuum.conversations;
  broken  record;
  merged  jsonb;
begin
  if json_typeof(patch) <> 'object' then
    perform continuum.raise_invalid('', 'Must be a JSON object.');
  end if;
  select f.name, continuum.change_field_fault(f.name, f.value) as fault into broken
  from json_each(patch) f (name, value)
  where continuum.change_field_fault(f.name, f.value) is not null
  limit 1;
  if found then
    perform continuum.raise_invalid('/' || left(broken.name, 100), broken.fault);
  end if;

  target := continuum.require_access(continuation_id, 'editor');
  select c.* into target from continuum.conversations c where c.id = target.id for no key update;
  if target.id is null then
    perform continuum.raise_problem('not_found');
  end if;
  if not if_updated_at @> to_jsonb(target.updated_at) then
    perform continuum.raise_problem('precondition_failed');
  end if;
  merged := case
    when patch -> 'metadata' is not null
      then continuum.merge_patch(target.metadata, continuum.as_metadata((patch -> 'metadata')::text, '/metadata'))
    else target.metadata
  end;
  if merged <> target.metadata and continuum.json_bytes(merged) > 65536 then
    perform continuum.raise_invalid('/metadata', 'Must be at most 64 KiB of JSON when merged.');
  end if;

  if patch -> 'head_position' is not null then
    perform continuum.switch_line(target.id, continuum.as_count(patch -> 'head_position'));
  end if;
  update continuum.conversations c
  set
    title = coalesce(patch ->> 'title', c.title),
    metadata = merged,
    ttl_seconds = case
      when patch -> 'ttl_seconds' is not null then (patch ->> 'ttl_seconds')::numeric::integer
      else c.ttl_seconds
    end,
    archived_at = case (patch ->> 'archived')::boolean
      when true then coalesce(c.archived_at, clock_timestamp())
      when false then null
      else c.archived_at
    end
  where c.id = target.id
  returning c.* into target;
  return continuum.conversation_json(target, continuum.access_to(target));
end;
$$;

-- Erases a message for good and answers what is left of it.
create function public.erase_message(continuation_id text, message text)
returns text
language plpgsql
security invoker
set search_path = ''
as $$
declare
  target continuum.conversations;
  erased bigint;
  answer text;
begin
  perform continuum.require_account();
  target := continuum.require_access(continuation_id, 'editor');
  erased := continuum.find_message(target.id, message);
  perform continuum.empty_message(target.id, erased);
  answer := continuum.messages_json(target.id, array[erased]);
  return substr(answer, 2, length(answer) - 2);
end;
$$;

-- Removes all rows of a conversation of the caller's and says how many there were. Its files stay
-- until the sweep, which keeps those that another conversation links.
create function public.delete_conversation(continuation_id text)
returns text
language plpgsql
security invoker
set search_path = ''
set statement_timeout = '60s'
as $$
declare
  target continuum.conversations;
  answer json;
begin
  perform continuum.require_account();
  target := continuum.require_access(continuation_id, 'owner');
  if target.last_seq > 1000 then
    perform continuum.begin_bulk();
  end if;
  -- Read again: what was appended while this waited for the row is deleted and counted as well.
  select c.* into target from continuum.conversations c where c.id = target.id for update;
  if target.id is null then
    perform continuum.raise_problem('not_found');
  end if;
  select json_build_object(
    'conversation_id', target.id,
    'messages', target.last_seq,
    'members', (select count(*) from continuum.conversation_members m where m.conversation_id = target.id),
    'files_unlinked', (
      select count(distinct l.file_id) from continuum.conversation_files l
      where l.conversation_id = target.id
    )
  ) into answer;
  delete from continuum.conversations c where c.id = target.id;
  return answer::text;
end;
$$;

-- Copies the live line up to a position (null: to its end), with its authors and times and the links of its
-- files, into a conversation that has none, with seqs and positions from 1. One statement copies it all:
-- the line may be cut or switched meanwhile, and nobody locks the row of another owner. Definer, because
-- nobody may write in another author's name; it does so only from a conversation that the caller reads
-- into an empty one of their own.
create function continuum.copy_line(source uuid, copy uuid, through_position bigint)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  max_rows constant integer := 100000;
  newest   constant bigint  := coalesce(copy_line.through_position, 9223372036854775807);
  copied   bigint;
  weight   bigint;
  reached  bigint;
begin
  if not exists (
    select from continuum.conversations c where c.id = copy and c.owner_id = auth.uid() and c.last_seq = 0
  ) or not continuum.reads(source) then
    raise insufficient_privilege using message = 'only from a conversation one reads into a new one of one''s own';
  end if;
  select count(*), coalesce(sum(l.size_bytes), 0) into copied, weight
  from (
    select m.size_bytes from continuum.messages m
    where m.conversation_id = source and m.live and m.position <= newest
    limit max_rows + 1
  ) l;
  if copied > max_rows then
    perform continuum.raise_invalid('/through_position', 'A fork may copy at most 100,000 messages.');
  end if;
  -- First, so that a quota that is too small is told before the work is done.
  update continuum.conversations c set size_bytes = weight where c.id = copy;

  with line as materialized (
    select m.*, row_number() over (order by m.position) as number
    from continuum.messages m
    where m.conversation_id = source and m.live and m.position <= newest
  ),
  written as (
    insert into continuum.messages (
      conversation_id, seq, author_id, role, content, parts, metadata, token_count, is_estimated, client_id,
      payload_hash, size_bytes, position, parent_position, call_ids, result_ids, call_position, erased_at,
      created_at, search_vector
    )
    select
      copy, l.number, l.author_id, l.role, l.content, l.parts, l.metadata, l.token_count, l.is_estimated,
      -- What a client keeps of the source is known here too.
      coalesce(l.client_id, l.id::text), l.payload_hash, l.size_bytes, l.number, l.number - 1, l.call_ids,
      l.result_ids, c.number, l.erased_at, l.created_at,
      case
        when l.erased_at is not null then ''
        else ts_delete(l.search_vector, tsvector_to_array(continuum.scope_vector(o.owner_id, source)))
          || continuum.scope_vector(auth.uid(), copy)
      end
    from line l
    join continuum.conversations o on o.id = source
    left join line c on c.position = l.call_position
    order by l.number
  ),
  linked as (
    insert into continuum.conversation_files (conversation_id, file_id, message_seq, attached_by)
    select copy, f.file_id, l.number, auth.uid()
    from continuum.conversation_files f
    join continuum.files owned on owned.id = f.file_id and owned.status = 'ready'
    left join line l on l.seq = f.message_seq
    where f.conversation_id = source and (f.message_seq is null or l.number is not null)
  )
  select count(*), coalesce(sum(l.size_bytes), 0), max(l.position) into copied, weight, reached
  from line l;
  if reached is distinct from coalesce(copy_line.through_position, reached) then
    perform continuum.raise_invalid('/through_position', 'Must be a position of the live line.');
  end if;

  update continuum.conversations c
  set size_bytes = weight, last_seq = copied, head_position = copied
  where c.id = copy;
end;
$$;

-- A new conversation of the caller's that begins as another one they read did. Files are linked,
-- not copied. through_position null: the whole line.
create function public.fork_conversation(
  continuation_id     text,
  through_position    bigint default null,
  new_continuation_id text   default null,
  title               text   default null
)
returns text
language plpgsql
security invoker
set search_path = ''
set statement_timeout = '60s'
as $$
declare
  source continuum.conversations;
  copy   continuum.conversations;
begin
  perform continuum.require_account();
  source := continuum.require_access(continuation_id, 'viewer');
  if through_position < 1 or not continuum.is_on_line(source.id, coalesce(through_position, 0)) then
    perform continuum.raise_invalid('/through_position', 'Must be a position of the live line.');
  elsif continuum.append_field_fault('continuation_id', to_json(new_continuation_id)) is not null then
    perform continuum.raise_invalid(
      '/continuation_id', continuum.append_field_fault('continuation_id', to_json(new_continuation_id))
    );
  elsif char_length(fork_conversation.title) not between 1 and 200 then
    perform continuum.raise_invalid('/title', 'Must be 1 to 200 characters.');
  end if;

  -- Before the first row is written: whoever waits for the sum of the caller's bytes holds a connection.
  if least(through_position, source.head_position) > 1000 then
    perform continuum.begin_bulk();
  end if;

  perform continuum.release_expired_name(new_continuation_id);
  insert into continuum.conversations (continuation_id, title, metadata)
  values (
    coalesce(new_continuation_id, gen_random_uuid()::text),
    coalesce(fork_conversation.title, source.title),
    source.metadata
  )
  on conflict on constraint conversations_owner_id_continuation_key_key do nothing
  returning * into copy;
  if copy.id is null then
    perform continuum.raise_problem('already_exists');
  end if;

  perform continuum.copy_line(source.id, copy.id, through_position);
  select c.* into copy from continuum.conversations c where c.id = copy.id;
  return continuum.conversation_json(copy, 'owner');
end;
$$;

comment on function public.update_conversation is
  'Problems: invalid_token, not_found, read_only, owner_only, precondition_failed, position_conflict, validation_failed.';
comment on function public.erase_message is 'Problems: invalid_token, not_found, read_only, owner_only.';
comment on function public.delete_conversation is 'Problems: invalid_token, not_found, owner_only, rate_limited.';
comment on function public.fork_conversation is
  'Problems: invalid_token, not_found, validation_failed, already_exists, quota_exceeded, rate_limited.';

revoke all on function
  continuum.merge_patch,
  continuum.change_field_fault,
  public.update_conversation,
  public.erase_message,
  public.delete_conversation,
  continuum.copy_line,
  public.fork_conversation
from public, anon, authenticated, service_role;
grant execute on function
  continuum.merge_patch,
  continuum.change_field_fault,
  public.update_conversation,
  public.erase_message,
  public.delete_conversation,
  continuum.copy_line,
  public.fork_conversation
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123091000', 'changes');
