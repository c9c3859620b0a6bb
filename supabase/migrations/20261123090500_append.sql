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
exception
  when datetime_field_overflow or invalid_datetime_format or invalid_time_zone_displacement_value then
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
    when json_typeof(value) = 'number' and value::text ~ '^[0-9]{1,16}(\.0{1,20})?$' then value::text::numeric::bigint
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
    return 'Unknown field.';
  elsif name = 'role' then
    return case
      when kind <> 'string' or (value #>> '{}') not in ('system', 'developer', 'user', 'assistant', 'tool')
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
    return 'Unknown field.';
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

-- The request, if it breaks no rule of a single field; otherwise raises the first that it breaks.
create function continuum.checked_append(request json)
returns json
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
  select f.name, f.fault into broken
  from (
    select e.key as name, continuum.append_field_fault(e.key, e.value) as fault from json_each(request) e offset 0
  ) f
  where f.fault is not null
  limit 1;
  if broken.fault is not null then
    perform continuum.raise_invalid('/' || left(broken.name, 100), broken.fault);
  end if;

  select m.number - 1 as index, f.pointer, f.fault into broken
  from json_array_elements(request -> 'messages') with ordinality m (value, number)
  cross join lateral (
    select '' as pointer, 'Must be a JSON object.' as fault where json_typeof(m.value) <> 'object'
    union all
    select '/' || left(e.key, 100), continuum.message_field_fault(e.key, e.value)
    from json_each(case when json_typeof(m.value) = 'object' then m.value end) e
    offset 0
  ) f
  where f.fault is not null
  order by m.number
  limit 1;
  if broken.fault is not null then
    perform continuum.raise_invalid('/messages/' || broken.index || broken.pointer, broken.fault);
  end if;
  return request;
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

-- The SHA-256 of what a retry must repeat of a message.
create function continuum.payload_hash(
  role     continuum.message_role,
  content  text,
  parts    json,
  document jsonb,
  metadata jsonb,
  file_ids uuid[]
)
returns bytea
language plpgsql
immutable
set search_path = ''
as $$
begin
  -- No parts and an empty list of parts say the same, and most messages are but a text.
  if coalesce(document, '[]') = '[]' and metadata = '{}' and file_ids = '{}' then
    return sha256(convert_to(jsonb_build_array(role, content, null, metadata, null, null)::text, 'UTF8'));
  end if;
  return sha256(convert_to(jsonb_build_array(
    role, content,
    case when document <> '[]' then continuum.canonical(document) end,
    continuum.canonical(metadata),
    (select jsonb_agg(f.id order by f.id) from unnest(file_ids) f (id)),
    -- Numbers that canonical cannot tell apart.
    case when continuum.has_huge_number(parts::text) then parts::text end
  )::text, 'UTF8'));
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
        continuum.payload_hash(i.role, i.content, i.parts, i.document, i.metadata, i.file_ids)
      )::continuum.incoming_message order by i.index
    ), '{}')
    from (
      select
        (e.number - 1)::integer as index,
        r.role::continuum.message_role as role,
        r.content,
        r.parts,
        case when r.parts is not null then continuum.as_jsonb(r.parts) end as document,
        case
          when r.metadata is null then '{}'::jsonb
          else continuum.as_metadata(r.metadata::text, '/messages/' || e.number - 1 || '/metadata')
        end as metadata,
        r.token_count::numeric::integer as token_count,
        r.client_id,
        r.revises::numeric::bigint as revises,
        case when r.created_at is not null then continuum.as_time(r.created_at) end as created_at,
        case
          when r.file_ids is null then '{}'::uuid[]
          else array(select f.id::uuid from json_array_elements_text(r.file_ids) f (id))
        end as file_ids
      from json_array_elements(messages) with ordinality e (value, number)
      cross join lateral json_to_record(e.value) r (
        role text, content text, parts json, metadata json, token_count text, client_id text, revises text,
        created_at text, file_ids json
      )
      offset 0
    ) i
  );
end;
$$;

-- The messages, if they break no rule that concerns several fields or messages at once.
create function continuum.checked_messages(messages continuum.incoming_message[])
returns continuum.incoming_message[]
language plpgsql
immutable
set search_path = ''
as $$
declare
  message continuum.incoming_message;
  names   text[]   := '{}';
  places  bigint[] := '{}';
begin
  foreach message in array messages loop
    if message.role is null then
      perform continuum.raise_invalid(
        '/messages/' || message.index || '/role', 'Must be system, developer, user, assistant or tool.'
      );
    elsif coalesce(message.content, '') = '' and coalesce(json_array_length(message.parts), 0) = 0 then
      perform continuum.raise_invalid(
        '/messages/' || message.index || '/content', 'May be empty only if parts is not.'
      );
    elsif message.client_id = any (names) then
      perform continuum.raise_invalid(
        '/messages/' || message.index || '/client_id', 'Another message of this batch has the same client_id.'
      );
    elsif message.revises = any (places) then
      perform continuum.raise_invalid(
        '/messages/' || message.index || '/revises', 'Another message of this batch revises the same position.'
      );
    end if;
    if message.client_id is not null then
      names := names || message.client_id;
    end if;
    if message.revises is not null then
      places := places || message.revises;
    end if;
  end loop;
  return messages;
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

-- The conversation of that name, locked for appending: the caller's own, created if there is none, or one
-- whose id it is and that the caller may write to. Waits for a concurrent appender or creator and never
-- fails because of one. Definer, so that a row is found and locked by one look-up: it asks for the caller's
-- rights itself, and locks no row that the caller may not write to.
create function continuum.lock_conversation(
  continuation_id  text,
  title            text,
  metadata         jsonb,
  ttl_seconds      integer,
  out conversation continuum.conversations,
  out access       text,
  out created      boolean
)
language plpgsql
security definer
set search_path = ''
as $$
declare
  caller constant uuid := auth.uid();
  name   constant text := coalesce(lock_conversation.continuation_id, gen_random_uuid()::text);
  key    constant text := normalize(left(name, 256), nfc);
  as_id  constant uuid := continuum.as_uuid(name);
begin
  access := 'owner';
  created := false;
  -- Another round only when somebody creates or deletes the conversation between two statements.
  loop
    select c.* into conversation
    from continuum.conversations c
    where c.owner_id = caller and c.continuation_key = key and c.expires_at > now()
    for no key update;
    if found then
      return;
    end if;

    if as_id is not null then
      select case when c.owner_id = caller then 'owner' else m.role::text end into access
      from continuum.conversations c
      left join continuum.conversation_members m
        on m.conversation_id = c.id and m.user_id = caller and m.declined_at is null
      where c.id = as_id and c.expires_at > now() and (c.owner_id = caller or m.role is not null);
      if access = 'viewer' then
        perform continuum.raise_problem('read_only');
      elsif found then
        select c.* into conversation
        from continuum.conversations c
        where c.id = as_id and c.expires_at > now()
        for no key update;
        -- The right may be gone since: the lock may have waited for whoever took it away.
        if found and continuum.writes(conversation.id) then
          return;
        end if;
        continue;
      end if;
      access := 'owner';
    end if;

    perform continuum.release_expired_name(name);
    insert into continuum.conversations (owner_id, continuation_id, title, metadata, ttl_seconds)
    values (caller, name, lock_conversation.title, lock_conversation.metadata, lock_conversation.ttl_seconds)
    on conflict on constraint conversations_owner_id_continuation_key_key do nothing
    returning * into conversation;
    if found then
      created := true;
      return;
    end if;
  end loop;
end;
$$;

-- What an append answers, as text: parts and metadata pass through as they are stored.
create function continuum.append_answer(
  conversation continuum.conversations,
  access       text,
  seqs         bigint[],
  replayed     boolean
)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return '{"conversation":' || continuum.conversation_json(conversation, access)
    || ',"messages":' || continuum.messages_json(conversation.id, seqs)
    || ',"replayed":' || replayed::text || '}';
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

-- What a request says besides its messages, read once.
create type continuum.append_request as (
  continuation_id text,
  title           text,
  metadata        json,
  ttl_seconds     text,
  expected_seq    text,
  after_position  text,
  on_mismatch     text,
  file_ids        json,
  messages        json
);

-- What an Idempotency-Key stands for: a repetition must ask for the same.
create function continuum.request_hash(rewind_to bigint, file_ids json, messages continuum.incoming_message[])
returns bytea
language plpgsql
immutable
set search_path = ''
as $$
begin
  return sha256(convert_to(jsonb_build_array(
    rewind_to,
    case when file_ids is not null then (
      select jsonb_agg(f.id order by f.id) from json_array_elements_text(file_ids) f (id)
    ) end,
    (
      select jsonb_agg(jsonb_build_array(encode(m.payload_hash, 'hex'), m.client_id, m.revises) order by m.index)
      from unnest(messages) m
    )
  )::text, 'UTF8'));
end;
$$;

-- The index of the first message by which a batch differs from what its key made; null if it does not.
create function continuum.difference_from_kept(
  kept            continuum.append_keys,
  key_hash        bytea,
  messages        continuum.incoming_message[]
)
returns integer
language plpgsql
stable
set search_path = ''
as $$
begin
  if kept.payload_hash = key_hash and not exists (
    select
    from unnest(messages) m
    join continuum.messages s on s.conversation_id = kept.conversation_id and s.seq = kept.seqs[m.index + 1]
    where not s.is_estimated and s.erased_at is null and s.token_count <> m.token_count
  ) then
    return null;
  end if;
  return coalesce((
    select min(m.index)
    from unnest(messages) m
    left join continuum.messages s on s.conversation_id = kept.conversation_id and s.seq = kept.seqs[m.index + 1]
    where s.seq is null or s.payload_hash is distinct from m.payload_hash
  ), 0);
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
  caller    constant uuid := continuum.require_account();
  body      continuum.append_request;
  batch     continuum.incoming_message[];
  rewind_to bigint;
  locked    record;
  target    continuum.conversations;
  kept      continuum.append_keys;
  key_hash  bytea;
  differs   integer;
  message   continuum.incoming_message;
  known     continuum.message_key;
  is_known  boolean;
  elsewhere boolean;
  line      bigint;
  seqs      bigint[];
  fresh     continuum.incoming_message[] := '{}';
  revisions bigint[] := '{}';
  written   record;
  repeated  bigint[];
  rewinds   boolean;
begin
  if char_length(idempotency_key) not between 1 and 255 then
    perform continuum.raise_invalid('/idempotency-key', 'Must be 1 to 255 characters.');
  end if;
  body := json_populate_record(
    null::continuum.append_request, continuum.checked_append(continuum.bounded(request, 4194304))
  );
  body.file_ids := case when json_typeof(body.file_ids) = 'array' then body.file_ids end;
  batch := continuum.checked_messages(continuum.incoming_messages(body.messages));
  rewind_to := body.after_position::numeric;

  locked := continuum.lock_conversation(
    coalesce(body.continuation_id, continuum.name_of_key(idempotency_key)),
    body.title,
    continuum.as_metadata(body.metadata::text, '/metadata'),
    body.ttl_seconds::numeric::integer
  );
  target := locked.conversation;

  if idempotency_key is not null then
    key_hash := continuum.request_hash(rewind_to, body.file_ids, batch);
    select k.* into kept
    from continuum.append_keys k
    where k.conversation_id = target.id and k.key = append_messages.idempotency_key;
    if found then
      differs := continuum.difference_from_kept(kept, key_hash, batch);
      if differs is not null then
        perform continuum.raise_problem('idempotency_mismatch', jsonb_build_object('index', differs));
      end if;
      return continuum.append_answer(target, locked.access, kept.seqs, true);
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
      or message.revises is null and is_known and body.on_mismatch is distinct from 'revise'
    then
      perform continuum.raise_problem('idempotency_mismatch', jsonb_build_object('index', message.index));
    end if;
    message.revises := coalesce(message.revises, line);
    if message.revises is not null then
      revisions := revisions || message.revises;
    end if;
    fresh := fresh || message;
  end loop;

  rewinds := coalesce(rewind_to <> target.head_position, false);
  if rewinds and idempotency_key is null and continuum.is_on_line(target.id, rewind_to) then
    repeated := continuum.repeated_line(target.id, rewind_to, fresh);
    if repeated is not null then
      for i in 1..cardinality(fresh) loop
        seqs[fresh[i].index + 1] := repeated[i];
      end loop;
      return continuum.append_answer(target, locked.access, seqs, true);
    end if;
  end if;
  if cardinality(fresh) > 0 or rewinds or locked.created then
    if body.expected_seq::numeric <> target.last_seq then
      perform continuum.raise_problem('seq_conflict', jsonb_build_object('last_seq', target.last_seq));
    end if;
    if rewinds and not continuum.is_on_line(target.id, rewind_to) or revisions <> '{}' and exists (
      select from unnest(revisions) r (place)
      where r.place > rewind_to or not continuum.is_on_line(target.id, r.place)
    ) then
      perform continuum.raise_problem('position_conflict', jsonb_build_object('head_position', target.head_position));
    end if;
    if cardinality(revisions) > 1 then
      fresh := continuum.checked_messages(fresh);
    end if;
    written := continuum.write_messages(target.id, rewind_to, fresh);
    target := written.conversation;
  end if;

  for i in 1..cardinality(fresh) loop
    seqs[fresh[i].index + 1] := written.seqs[i];
    if cardinality(fresh[i].file_ids) > 0 then
      perform continuum.link_files(target.id, written.seqs[i], fresh[i].file_ids);
    end if;
  end loop;
  if body.file_ids is not null and (cardinality(fresh) > 0 or cardinality(batch) = 0) then
    perform continuum.link_files(
      target.id, null, array(select f.id::uuid from json_array_elements_text(body.file_ids) f (id))
    );
  end if;
  if idempotency_key is not null then
    perform continuum.remember_key(target.id, idempotency_key, key_hash, seqs);
  end if;
  return continuum.append_answer(
    target, locked.access, seqs, not (cardinality(fresh) > 0 or rewinds or locked.created)
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
  continuum.checked_append,
  continuum.rounded,
  continuum.canonical,
  continuum.payload_hash,
  continuum.incoming_messages,
  continuum.checked_messages,
  continuum.repeats,
  continuum.live_key,
  continuum.name_of_key,
  continuum.release_expired_name,
  continuum.lock_conversation,
  continuum.append_answer,
  continuum.repeated_line,
  continuum.request_hash,
  continuum.difference_from_kept,
  public.append_messages
from public, anon, authenticated, service_role;
grant execute on function
  continuum.as_time,
  continuum.as_count,
  continuum.file_ids_fault,
  continuum.message_field_fault,
  continuum.append_field_fault,
  continuum.checked_append,
  continuum.rounded,
  continuum.canonical,
  continuum.payload_hash,
  continuum.incoming_messages,
  continuum.checked_messages,
  continuum.repeats,
  continuum.live_key,
  continuum.name_of_key,
  continuum.release_expired_name,
  continuum.lock_conversation,
  continuum.append_answer,
  continuum.repeated_line,
  continuum.request_hash,
  continuum.difference_from_kept,
  public.append_messages
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123090500', 'append');
