-- append_messages: the one way in for messages. One call is one transaction and one round trip: it finds
-- or creates the conversation, takes its row lock, answers what a retry repeats, rewinds, revises, appends
-- and links files, or does none of it.

-- A time as clients write it (RFC 3339); null if it is not one.
create function continuum.as_time(value text)
returns timestamptz
language plpgsql
immutable
set search_path = ''
as $$
begin
  if value ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,12})?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})$' then
    return value::timestamptz;
  end if;
  return null;
exception when datetime_field_overflow or invalid_datetime_format then
  return null;
end;
$$;

-- A whole number of a request; null if it is not one or does not fit.
create function continuum.as_count(value json)
returns bigint
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case
    when json_typeof(value) = 'number' and value::text ~ '^[0-9]{1,16}(\.0+)?$' then value::text::numeric::bigint
  end;
end;
$$;

-- Why a list of file ids is refused; null if it is not.
create function continuum.file_ids_fault(value json)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  if json_typeof(value) <> 'array' or json_array_length(value) > 100 then
    return 'Must be at most 100 file ids.';
  elsif exists (
    select from json_array_elements(value) e (item)
    where json_typeof(e.item) <> 'string' or continuum.as_uuid(e.item #>> '{}') is null
  ) then
    return 'Must be the ids of files.';
  elsif (select count(distinct lower(e.item)) <> count(*) from json_array_elements_text(value) e (item)) then
    return 'Must not name a file twice.';
  end if;
  return null;
end;
$$;

-- Why a field of an incoming message is refused; null if it is not. The functions check the same before,
-- and point to every fault at once: this is for what the Data API takes from a client directly.
create function continuum.message_field_fault(name text, value json)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  kind constant text := json_typeof(value);
begin
  if name not in (
    'role', 'content', 'parts', 'metadata', 'token_count', 'client_id', 'revises', 'created_at', 'file_ids'
  ) then
    return 'There is no such field.';
  elsif name = 'role' then
    return case
      when kind <> 'string' or not (value #>> '{}') = any (enum_range(null::continuum.message_role)::text[])
        then 'Must be system, developer, user, assistant or tool.'
    end;
  elsif kind = 'null' then
    return null;
  elsif name = 'content' then
    return case
      when kind <> 'string' then 'Must be text.'
      when octet_length(value #>> '{}') > 1048576 then 'Must be at most 1 MiB of UTF-8.'
    end;
  elsif name = 'parts' then
    return case
      when kind <> 'array' or exists (
        select from json_array_elements(value) e (item) where json_typeof(e.item) <> 'object'
      ) then 'Must be an array of JSON objects.'
    end;
  elsif name = 'metadata' then
    return case when kind <> 'object' then 'Must be a JSON object.' end;
  elsif name = 'token_count' then
    return case
      when coalesce(continuum.as_count(value) > 2147483647, true) then 'Must be a whole number up to 2147483647.'
    end;
  elsif name = 'client_id' then
    return case
      when kind <> 'string' or char_length(value #>> '{}') not between 1 and 255 then 'Must be 1 to 255 characters.'
    end;
  elsif name = 'revises' then
    return case when coalesce(continuum.as_count(value) < 1, true) then 'Must be a position.' end;
  elsif name = 'created_at' then
    return case
      when kind <> 'string' or coalesce(continuum.as_time(value #>> '{}') > clock_timestamp() + interval '1 minute', true)
        then 'Must be a time with its offset, not later than now.'
    end;
  end if;
  return continuum.file_ids_fault(value);
end;
$$;

-- Why a field of the request around the messages is refused; null if it is not.
create function continuum.append_field_fault(name text, value json)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  kind constant text := json_typeof(value);
begin
  if name not in (
    'continuation_id', 'title', 'metadata', 'ttl_seconds', 'expected_seq', 'after_position', 'on_mismatch',
    'file_ids', 'messages'
  ) then
    return 'There is no such field.';
  elsif name = 'messages' then
    return case
      when kind <> 'array' or json_array_length(value) > 100 then 'Must be at most 100 messages.'
    end;
  elsif kind = 'null' then
    return null;
  elsif name = 'continuation_id' then
    return case
      when kind <> 'string' or char_length(value #>> '{}') not between 1 and 255
        or (value #>> '{}') ~ '[\u0001-\u001f\u007f-\u009f]' or (value #>> '{}') in ('.', '..')
        then 'Must be 1 to 255 characters without control characters, and not "." or "..".'
    end;
  elsif name = 'title' then
    return case
      when kind <> 'string' or char_length(value #>> '{}') not between 1 and 200 then 'Must be 1 to 200 characters.'
    end;
  elsif name = 'metadata' then
    return case when kind <> 'object' then 'Must be a JSON object.' end;
  elsif name = 'ttl_seconds' then
    return case
      when coalesce(continuum.as_count(value) not between 1 and 315360000, true)
        then 'Must be a whole number from 1 to 315360000.'
    end;
  elsif name in ('expected_seq', 'after_position') then
    return case when continuum.as_count(value) is null then 'Must be a whole number of at least 0.' end;
  elsif name = 'on_mismatch' then
    return case when value::text not in ('"refuse"', '"revise"') then 'Must be refuse or revise.' end;
  end if;
  return continuum.file_ids_fault(value);
end;
$$;

-- Raises the first rule that a request breaks.
create function continuum.check_append(request json)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  broken record;
begin
  if json_typeof(request) <> 'object' then
    perform continuum.raise_invalid('', 'Must be a JSON object.');
  elsif request -> 'messages' is null then
    perform continuum.raise_invalid('/messages', 'Must be at most 100 messages.');
  end if;
  select f.name, continuum.append_field_fault(f.name, f.value) as fault into broken
  from json_each(request) f (name, value)
  where continuum.append_field_fault(f.name, f.value) is not null
  limit 1;
  if found then
    perform continuum.raise_invalid('/' || left(broken.name, 100), broken.fault);
  end if;

  select m.number - 1 as index into broken
  from json_array_elements(request -> 'messages') with ordinality m (value, number)
  where json_typeof(m.value) <> 'object'
  limit 1;
  if found then
    perform continuum.raise_invalid('/messages/' || broken.index, 'Must be a JSON object.');
  end if;
  select m.number - 1 as index, f.name, continuum.message_field_fault(f.name, f.value) as fault into broken
  from json_array_elements(request -> 'messages') with ordinality m (value, number)
  cross join lateral json_each(m.value) f (name, value)
  where continuum.message_field_fault(f.name, f.value) is not null
  order by m.number
  limit 1;
  if found then
    perform continuum.raise_invalid('/messages/' || broken.index || '/' || left(broken.name, 100), broken.fault);
  end if;
end;
$$;

-- A document with its numbers as JavaScript and most clients read them, so that 1.0 and 1, or a number of
-- 30 digits and what is left of it, are one payload when a client sends back what it was given.
create function continuum.rounded(document jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case jsonb_typeof(document)
    when 'object' then (
      select coalesce(jsonb_object_agg(f.key, continuum.rounded(f.value)), '{}') from jsonb_each(document) f
    )
    when 'array' then (
      select coalesce(jsonb_agg(continuum.rounded(e.value) order by e.ordinality), '[]')
      from jsonb_array_elements(document) with ordinality e
    )
    when 'number' then
      case
        when abs(document::numeric) < 2.5e-324 then '0'::jsonb
        when abs(document::numeric) <= 1.7976931348623157e308 then to_jsonb(document::numeric::float8)
        else document
      end
    else document
  end;
end;
$$;

-- What two payloads are compared by: the order, repetition and spelling of members do not count.
create function continuum.canonical(document jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case
    when document::text ~ '[0-9]\.[0-9]|[0-9]{16}' then continuum.rounded(document)
    else document
  end;
end;
$$;

-- The messages of a checked request, in order.
create function continuum.incoming_messages(messages json)
returns continuum.incoming_message[]
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(array_agg(
      (
        i.index, i.role, i.content, i.parts, i.document, i.metadata, i.token_count, i.client_id, i.revises,
        i.created_at, i.file_ids,
        sha256(convert_to(jsonb_build_array(
          i.role, i.content,
          -- No parts and an empty list of parts say the same.
          case when i.document <> '[]' then continuum.canonical(i.document) end,
          continuum.canonical(i.metadata),
          (select jsonb_agg(f.id order by f.id) from unnest(i.file_ids) f (id)),
          -- Numbers that canonical cannot tell apart.
          case when continuum.has_huge_number(i.parts::text) then i.parts::text end
        )::text, 'UTF8'))
      )::continuum.incoming_message order by i.index
    ), '{}')
    from (
      select
        (e.number - 1)::integer as index,
        r.role::continuum.message_role as role,
        r.content,
        r.parts,
        continuum.as_jsonb(r.parts) as document,
        continuum.as_metadata(r.metadata::text, '/messages/' || e.number - 1 || '/metadata') as metadata,
        r.token_count::numeric::integer as token_count,
        r.client_id,
        r.revises::numeric::bigint as revises,
        continuum.as_time(r.created_at) as created_at,
        array(select f.id::uuid from json_array_elements_text(r.file_ids) f (id)) as file_ids
      from json_array_elements(messages) with ordinality e (value, number)
      cross join lateral json_to_record(e.value) r (
        role text, content text, parts json, metadata json, token_count text, client_id text, revises text,
        created_at text, file_ids json
      )
    ) i
  );
end;
$$;

-- Rules that concern several fields or messages at once.
create function continuum.check_incoming(messages continuum.incoming_message[])
returns void
language plpgsql
immutable
set search_path = ''
as $$
declare
  broken record;
begin
  select m.index, m.role into broken
  from unnest(messages) m
  where m.role is null or coalesce(m.content, '') = '' and coalesce(json_array_length(m.parts), 0) = 0
  limit 1;
  if broken.index is not null and broken.role is null then
    perform continuum.raise_invalid(
      '/messages/' || broken.index || '/role', 'Must be system, developer, user, assistant or tool.'
    );
  elsif broken.index is not null then
    perform continuum.raise_invalid(
      '/messages/' || broken.index || '/content', 'May be empty only if parts is not.'
    );
  end if;
  select max(m.index) as index into broken
  from unnest(messages) m group by m.client_id having m.client_id is not null and count(*) > 1 limit 1;
  if found then
    perform continuum.raise_invalid(
      '/messages/' || broken.index || '/client_id', 'Another message of this batch has the same client_id.'
    );
  end if;
  select max(m.index) as index into broken
  from unnest(messages) m group by m.revises having m.revises is not null and count(*) > 1 limit 1;
  if found then
    perform continuum.raise_invalid(
      '/messages/' || broken.index || '/revises', 'Another message of this batch revises the same position.'
    );
  end if;
end;
$$;

-- Whether a stored row is what a message says. A token count differs only if a client counted both; of an
-- erased row nothing is left to compare.
create function continuum.repeats(stored continuum.message_key, message continuum.incoming_message)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return stored.is_erased or (
    stored.payload_hash = message.payload_hash
    and (stored.is_estimated or message.token_count is null or stored.token_count = message.token_count)
  );
end;
$$;

-- A live row by its position; null if that position is not live.
create function continuum.live_key(conversation_id uuid, place bigint)
returns continuum.message_key
language plpgsql
stable
set search_path = ''
as $$
declare
  found_key continuum.message_key;
begin
  select m.seq, m.id, m.position, m.live, m.client_id, m.payload_hash, m.token_count, m.is_estimated,
    m.erased_at is not null
  into found_key
  from continuum.messages m
  where m.conversation_id = live_key.conversation_id and m.live and m.position = place;
  return found_key;
end;
$$;

-- The continuation id of a conversation that an append with this key creates; null without a key.
-- The caller's, since two callers may well have the same key.
create function continuum.name_of_key(idempotency_key text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return left(encode(sha256(convert_to(auth.uid() || ':' || idempotency_key, 'UTF8')), 'hex'), 32)::uuid::text;
end;
$$;

-- An expired conversation is hidden from its owner too, yet holds its name until it is swept: a new
-- one of that name takes its place. Definer, because the policies hide it; it renames nothing but
-- what the caller owns and what has expired, and leaves the removal to the sweep.
create function continuum.release_expired_name(continuation_id text)
returns void
language sql
security definer
set search_path = ''
as $$
  update continuum.conversations c
  set continuation_id = gen_random_uuid()::text
  where c.owner_id = (select auth.uid())
    and c.continuation_key = normalize(release_expired_name.continuation_id, nfc)
    and c.expires_at <= now()
$$;

-- The caller's conversation of that name, locked for appending; created if there is none. Waits for a
-- concurrent appender or creator and never fails because of one.
create function continuum.lock_conversation(
  continuation_id  text,
  title            text,
  metadata         jsonb,
  ttl_seconds      integer,
  out conversation continuum.conversations,
  out created      boolean
)
language plpgsql
set search_path = ''
as $$
declare
  name   text := coalesce(lock_conversation.continuation_id, gen_random_uuid()::text);
  target continuum.conversations;
begin
  -- Another round only when somebody creates or deletes the conversation between two statements.
  loop
    target := continuum.find_conversation(name);
    created := target.id is null;
    if created then
      perform continuum.release_expired_name(name);
      insert into continuum.conversations (continuation_id, title, metadata, ttl_seconds)
      values (name, lock_conversation.title, lock_conversation.metadata, lock_conversation.ttl_seconds)
      on conflict on constraint conversations_owner_id_continuation_key_key do nothing
      returning * into conversation;
    elsif continuum.access_to(target) = 'viewer' then
      perform continuum.raise_problem('read_only');
    else
      select c.* into conversation from continuum.conversations c where c.id = target.id for no key update;
    end if;
    if conversation.id is not null then
      return;
    end if;
  end loop;
end;
$$;

-- What an append answers, as text: parts and metadata pass through as they are stored.
create function continuum.append_answer(conversation_id uuid, seqs bigint[], replayed boolean)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select '{"conversation":' || continuum.conversation_json(c)::text
      || ',"messages":' || continuum.messages_json(c.id, seqs)
      || ',"replayed":' || replayed::text || '}'
    from continuum.conversations c
    where c.id = append_answer.conversation_id
  );
end;
$$;

-- The seqs of what follows a position on the live line, if it is these messages and nothing else: a
-- retry of a rewind that was made. Null otherwise.
create function continuum.repeated_line(
  conversation_id uuid,
  after_position  bigint,
  messages        continuum.incoming_message[]
)
returns bigint[]
language plpgsql
stable
set search_path = ''
as $$
declare
  line    continuum.message_key[];
  message continuum.incoming_message;
begin
  line := array(
    select (
      m.seq, m.id, m.position, m.live, m.client_id, m.payload_hash, m.token_count, m.is_estimated,
      m.erased_at is not null
    )::continuum.message_key
    from continuum.messages m
    where m.conversation_id = repeated_line.conversation_id and m.live and m.position > after_position
    order by m.position
    limit 101
  );
  if cardinality(line) <> cardinality(messages) then
    return null;
  end if;
  for i in 1..cardinality(messages) loop
    message := messages[i];
    if message.revises is not null
      or not continuum.repeats(line[i], message)
      or message.client_id is null and line[i].is_erased
      or coalesce(message.client_id, '')
        not in (coalesce(line[i].client_id, ''), line[i].id::text)
    then
      return null;
    end if;
  end loop;
  return array(select l.seq from unnest(line) l);
end;
$$;

-- request is the body of POST /conversation-append as text: what is the caller's passes as it was sent.
create function public.append_messages(request text, idempotency_key text default null)
returns text
language plpgsql
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
  body      json;
  batch     continuum.incoming_message[];
  rewind_to bigint;
  locked    record;
  target    continuum.conversations;
  kept      continuum.append_keys;
  key_hash  bytea;
  message   continuum.incoming_message;
  known     continuum.message_key;
  is_known  boolean;
  elsewhere boolean;
  line      bigint;
  seqs      bigint[];
  fresh     continuum.incoming_message[] := '{}';
  written   bigint[];
  rewinds   boolean;
begin
  perform continuum.require_account();
  perform continuum.refuse_unbounded(request, 4194304);
  if char_length(idempotency_key) not between 1 and 255 then
    perform continuum.raise_invalid('/idempotency-key', 'Must be 1 to 255 characters.');
  end if;
  body := request::json;
  perform continuum.check_append(body);
  batch := continuum.incoming_messages(body -> 'messages');
  perform continuum.check_incoming(batch);
  rewind_to := (body ->> 'after_position')::numeric;

  locked := continuum.lock_conversation(
    coalesce(body ->> 'continuation_id', continuum.name_of_key(idempotency_key)),
    body ->> 'title',
    continuum.as_metadata((body -> 'metadata')::text, '/metadata'),
    (body ->> 'ttl_seconds')::numeric::integer
  );
  target := locked.conversation;

  if idempotency_key is not null then
    key_hash := sha256(convert_to(jsonb_build_array(
      rewind_to,
      (select jsonb_agg(f.id order by f.id) from json_array_elements_text(case json_typeof(body -> 'file_ids') when 'array' then body -> 'file_ids' end) f (id)),
      (
        select jsonb_agg(jsonb_build_array(encode(m.payload_hash, 'hex'), m.client_id, m.revises) order by m.index)
        from unnest(batch) m
      )
    )::text, 'UTF8'));
    select k.* into kept
    from continuum.append_keys k
    where k.conversation_id = target.id and k.key = append_messages.idempotency_key;
    if found then
      if kept.payload_hash <> key_hash or exists (
        select
        from unnest(batch) m
        join continuum.messages s on s.conversation_id = target.id and s.seq = kept.seqs[m.index + 1]
        where not s.is_estimated and s.erased_at is null and s.token_count <> m.token_count
      ) then
        perform continuum.raise_problem('idempotency_mismatch', jsonb_build_object('index', coalesce((
          select min(m.index)
          from unnest(batch) m
          left join continuum.messages s on s.conversation_id = target.id and s.seq = kept.seqs[m.index + 1]
          where s.seq is null or s.payload_hash is distinct from m.payload_hash
        ), 0)));
      end if;
      return continuum.append_answer(target.id, kept.seqs, true);
    end if;
  end if;

  -- Each message of the batch is a repetition, a revision or new.
  seqs := array_fill(null::bigint, array[cardinality(batch)]);
  foreach message in array batch loop
    is_known := false;
    elsewhere := false;
    line := null;
    if message.client_id is not null and not locked.created then
      for known in
        select r.* from continuum.rows_of_client_id(target.id, message.client_id) r
      loop
        elsewhere := elsewhere or coalesce(known.position <> message.revises, false);
        continue when known.position > rewind_to;
        if known.live then
          line := known.position;
        end if;
        -- An erased row that another one has followed is no repetition: the next revision would be lost.
        if continuum.repeats(known, message) and not (is_known and known.is_erased) then
          seqs[message.index + 1] := known.seq;
          exit;
        end if;
        is_known := true;
      end loop;
    elsif message.revises is not null then
      known := continuum.live_key(target.id, message.revises);
      if continuum.repeats(known, message) and not known.is_erased then
        seqs[message.index + 1] := known.seq;
      end if;
    end if;
    continue when seqs[message.index + 1] is not null;

    -- A name is at one place of a line: a revision that took it from another place would put it twice on
    -- the line that a switch makes.
    if message.revises is not null and (line <> message.revises or line is null and elsewhere)
      or message.revises is null and is_known and body ->> 'on_mismatch' is distinct from 'revise'
    then
      perform continuum.raise_problem('idempotency_mismatch', jsonb_build_object('index', message.index));
    end if;
    message.revises := coalesce(message.revises, line);
    fresh := fresh || message;
  end loop;

  rewinds := coalesce(rewind_to <> target.head_position, false);
  if rewinds and idempotency_key is null and continuum.is_on_line(target.id, rewind_to) then
    written := continuum.repeated_line(target.id, rewind_to, fresh);
    if written is not null then
      for i in 1..cardinality(fresh) loop
        seqs[fresh[i].index + 1] := written[i];
      end loop;
      return continuum.append_answer(target.id, seqs, true);
    end if;
  end if;
  if cardinality(fresh) > 0 or rewinds or locked.created then
    if (body ->> 'expected_seq')::numeric <> target.last_seq then
      perform continuum.raise_problem('seq_conflict', jsonb_build_object('last_seq', target.last_seq));
    end if;
    if not continuum.is_on_line(target.id, coalesce(rewind_to, 0)) or exists (
      select from unnest(fresh) m
      where m.revises > rewind_to or m.revises > 0 and not continuum.is_on_line(target.id, m.revises)
    ) then
      perform continuum.raise_problem('position_conflict', jsonb_build_object('head_position', target.head_position));
    end if;
    perform continuum.check_incoming(fresh);
    written := continuum.write_messages(target.id, rewind_to, fresh);
  end if;

  for i in 1..cardinality(fresh) loop
    seqs[fresh[i].index + 1] := written[i];
    if cardinality(fresh[i].file_ids) > 0 then
      perform continuum.link_files(target.id, written[i], fresh[i].file_ids);
    end if;
  end loop;
  if json_typeof(body -> 'file_ids') = 'array' and (cardinality(fresh) > 0 or cardinality(batch) = 0) then
    perform continuum.link_files(
      target.id, null, array(select f.id::uuid from json_array_elements_text(body -> 'file_ids') f (id))
    );
  end if;
  if idempotency_key is not null then
    perform continuum.remember_key(target.id, idempotency_key, key_hash, seqs);
  end if;
  return continuum.append_answer(
    target.id, seqs, not (cardinality(fresh) > 0 or rewinds or locked.created)
  );
end;
$$;

comment on function public.append_messages is
  'Appends up to 100 messages, revises and rewinds, atomically; safe to retry. Problems: invalid_token, body_too_large, validation_failed, read_only, idempotency_mismatch, seq_conflict, position_conflict, unknown_file, quota_exceeded.';

revoke all on function
  continuum.as_time,
  continuum.as_count,
  continuum.file_ids_fault,
  continuum.message_field_fault,
  continuum.append_field_fault,
  continuum.check_append,
  continuum.rounded,
  continuum.canonical,
  continuum.incoming_messages,
  continuum.check_incoming,
  continuum.repeats,
  continuum.live_key,
  continuum.name_of_key,
  continuum.release_expired_name,
  continuum.lock_conversation,
  continuum.append_answer,
  continuum.repeated_line,
  public.append_messages
from public, anon, authenticated, service_role;
grant execute on function
  continuum.as_time,
  continuum.as_count,
  continuum.file_ids_fault,
  continuum.message_field_fault,
  continuum.append_field_fault,
  continuum.check_append,
  continuum.rounded,
  continuum.canonical,
  continuum.incoming_messages,
  continuum.check_incoming,
  continuum.repeats,
  continuum.live_key,
  continuum.name_of_key,
  continuum.release_expired_name,
  continuum.lock_conversation,
  continuum.append_answer,
  continuum.repeated_line,
  public.append_messages
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123090500', 'append');
