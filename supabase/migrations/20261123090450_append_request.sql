-- What an append asks for: the request as it comes in, each of its fields checked, and its messages with what
-- a retry must repeat of them.

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

-- A whole number of a request, however it is spelled (1, 1.0, 1e0); null if it is not one or does not fit.
create function continuum.as_count(value json)
returns bigint
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select n.number::bigint
    from (
      select case
        when json_typeof(value) = 'number' and value::text ~ '^-?[0-9]{1,16}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?$'
          then value::text::numeric
      end as number
    ) n
    where n.number between 0 and 9999999999999999 and n.number = trunc(n.number)
  );
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

-- What two payloads are compared by: the order, repetition and spelling of members do not count, and numbers
-- are as JavaScript and most clients read them. So 1.0 and 1, or a number of 30 digits and what is left of it, are
-- one payload when a client sends back what it was given. It goes through the tokens of jsonb's text, in which
-- numbers have no exponent: a recursion into the document takes six times as long.
create function continuum.canonical(document jsonb)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  if document::text !~ '[0-9]\.[0-9]|[0-9]{16}' then
    return document::text;
  end if;
  return (
    select string_agg(
      case
        when left(t.token[1], 1) collate "C" not between '-' and '9' then t.token[1]
        when char_length(t.token[1]) < 16 and strpos(t.token[1], '.') = 0 then t.token[1]
        when char_length(t.token[1]) < 300 then t.token[1]::float8::text
        when abs(t.token[1]::numeric) < 2.4703282292062328e-324 then '0'
        when abs(t.token[1]::numeric) <= 1.7976931348623158e308 then t.token[1]::numeric::float8::text
        else t.token[1]
      end, '' order by t.place
    )
    from regexp_matches(
      document::text, '"(?:[^"\\]|\\.)*"|-?[0-9][0-9.]*|[^"0-9-]+', 'g'
    ) with ordinality t (token, place)
  );
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

-- Raises unless a message says something. With a client_id it may be the erased message of that name, as history
-- gives it, which is known only once the stored rows are looked at.
create function continuum.require_content(message continuum.incoming_message)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  if coalesce(message.content, '') = '' and coalesce(json_array_length(message.parts), 0) = 0 then
    perform continuum.raise_invalid(
      '/messages/' || message.index || '/content', 'May be empty only if parts is not.'
    );
  end if;
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
    elsif message.client_id is null then
      perform continuum.require_content(message);
    end if;
    if message.client_id = any (names) then
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

revoke all on function
  continuum.as_time,
  continuum.as_count,
  continuum.file_ids_fault,
  continuum.message_field_fault,
  continuum.append_field_fault,
  continuum.checked_append,
  continuum.canonical,
  continuum.payload_hash,
  continuum.incoming_messages,
  continuum.require_content,
  continuum.checked_messages
from public, anon, authenticated, service_role;
grant execute on function
  continuum.as_time,
  continuum.as_count,
  continuum.file_ids_fault,
  continuum.message_field_fault,
  continuum.append_field_fault,
  continuum.checked_append,
  continuum.canonical,
  continuum.payload_hash,
  continuum.incoming_messages,
  continuum.require_content,
  continuum.checked_messages
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123090450', 'append request');
