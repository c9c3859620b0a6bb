-- A function in SQL that sets its search_path is parsed and planned again by every query that calls it,
-- and, called from another such function, for every row. PL/pgSQL plans once a connection: a list of
-- 20 conversations takes a tenth of the time, an append or a page about half. The bodies are as they
-- were.

create or replace function private.access_to(conversation public.conversations)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  if conversation.owner_id = auth.uid() then
    return 'owner';
  end if;
  return (
      select m.role from public.conversation_members m
      where m.conversation_id = conversation.id and m.user_id = (select auth.uid())
  );
end;
$$;

create or replace function private.conversation_json(conversation public.conversations)
returns json
language plpgsql
stable
set search_path = ''
as $$
begin
  return json_build_object(
    'id', conversation.id,
    'continuation_id', conversation.continuation_id,
    'owner_id', conversation.owner_id,
    'title', conversation.title,
    'metadata', conversation.metadata,
    'last_seq', conversation.last_seq,
    'access', private.access_to(conversation),
    'archived_at', conversation.archived_at,
    'ttl_seconds', conversation.ttl_seconds,
    'created_at', conversation.created_at,
    'updated_at', conversation.updated_at
  );
end;
$$;

create or replace function private.shared_conversations(roles public.member_role[] default '{viewer,editor}')
returns setof uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return query
  select m.conversation_id
  from public.conversation_members m
  where m.user_id = (select auth.uid()) and m.role = any (roles);
end;
$$;

create or replace function private.file_json(file public.files)
returns json
language plpgsql
stable
set search_path = ''
as $$
begin
  return json_build_object(
    'id', file.id,
    'owner_id', file.owner_id,
    'bucket', file.bucket,
    'original_name', file.original_name,
    'mime_type', file.mime_type,
    'size_bytes', file.size_bytes,
    'sha256', file.sha256,
    'digest_verified', file.digest_verified,
    'file_type', file.file_type,
    'status', file.status,
    'metadata', file.metadata,
    'created_at', file.created_at,
    'updated_at', file.updated_at
  );
end;
$$;

create or replace function private.messages_json(conversation_id uuid, seqs bigint[])
returns json
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    with attached as (
      select f.message_seq as seq, json_agg(f.file_id order by f.attached_at, f.file_id) as file_ids
      from public.conversation_files f
      where f.conversation_id = messages_json.conversation_id
        and f.message_seq = any (messages_json.seqs)
      group by f.message_seq
    )
    select coalesce(json_agg(
      json_build_object(
        'id', m.id,
        'seq', m.seq,
        'role', m.role,
        'content', m.content,
        'parts', m.parts,
        'metadata', m.metadata,
        'token_count', m.token_count,
        'client_id', m.client_id,
        'author_id', m.author_id,
        'file_ids', coalesce(a.file_ids, '[]'),
        'created_at', m.created_at
      ) order by wanted.index
    ), '[]')
    from unnest(messages_json.seqs) with ordinality wanted (seq, index)
    join public.messages m on m.conversation_id = messages_json.conversation_id and m.seq = wanted.seq
    left join attached a on a.seq = m.seq
  );
end;
$$;

create or replace function private.incoming_messages(messages jsonb, idempotency_key text, file_ids jsonb)
returns private.incoming_message[]
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select array_agg(
      (
        i.index,
        i.message ->> 'role',
        i.message ->> 'content',
        nullif(i.message -> 'parts', 'null'),
        coalesce(nullif(i.message -> 'metadata', 'null'), '{}'),
        i.message ->> 'token_count',
        case
          when idempotency_key is null then i.message ->> 'client_id'
          else idempotency_key || ':' || i.index
        end,
        coalesce(nullif(i.message -> 'file_ids', 'null'), '[]'),
        sha256(convert_to(
          jsonb_build_array(
            i.message -> 'role',
            i.message -> 'content',
            nullif(i.message -> 'parts', 'null'),
            coalesce(nullif(i.message -> 'metadata', 'null'), '{}'),
            nullif(i.message -> 'token_count', 'null'),
            coalesce(nullif(i.message -> 'file_ids', 'null'), '[]'),
            case when idempotency_key is not null then jsonb_build_array(jsonb_array_length(messages), file_ids) end
          )::text, 'UTF8'
        ))
      )::private.incoming_message order by i.index
    )
    from (
      select (e.ordinality - 1)::integer as index, e.value as message
      from jsonb_array_elements(messages) with ordinality e
    ) i
  );
end;
$$;

create or replace function private.json_bytes(value jsonb)
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

create or replace function private.as_uuid(value text)
returns uuid
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case
    when value ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then value::uuid
  end;
end;
$$;

create or replace function private.set_apart(value text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return regexp_replace(
    value,
    '(' || private.spaceless()
      || '[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059\u17b4-\u17d3\u3099\u309a]*)',
    E'\x1f\\1\x1f', 'g'
  );
end;
$$;

create or replace function private.name_of_key(idempotency_key text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return left(encode(sha256(convert_to(auth.uid() || ':' || idempotency_key, 'UTF8')), 'hex'), 32)::uuid::text;
end;
$$;

create or replace function private.tool_calls(parts jsonb)
returns text[]
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select coalesce(array_agg(c.id) filter (where c.id is not null), '{}')
    from jsonb_array_elements(parts) p
    cross join lateral (
      select coalesce(p ->> 'call_id', p ->> 'id', p ->> 'tool_call_id', p ->> 'toolCallId')
    ) c (id)
    where p ->> 'type' in ('tool_call', 'tool_use', 'tool-call', 'function_call')
  );
end;
$$;

create or replace function private.tool_results(parts jsonb)
returns text[]
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select coalesce(array_agg(r.id) filter (where r.id is not null), '{}')
    from jsonb_array_elements(parts) p
    cross join lateral (
      select coalesce(p ->> 'tool_call_id', p ->> 'tool_use_id', p ->> 'toolCallId', p ->> 'call_id')
    ) r (id)
    where p ->> 'type' in ('tool_result', 'tool-result', 'function_call_output')
  );
end;
$$;

create or replace function private.member_json(member public.conversation_members)
returns json
language plpgsql
stable
set search_path = ''
as $$
begin
  return json_build_object('user_id', member.user_id, 'role', member.role, 'added_at', member.added_at);
end;
$$;

create or replace function private.search_query(q text)
returns tsquery
language plpgsql
immutable
set search_path = ''
as $$
begin
  return websearch_to_tsquery('private.search', private.set_apart(q));
end;
$$;

create or replace function private.any_word(q text)
returns tsquery
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select string_agg(
      '''' || replace(replace(w, '\', '\\'), '''', '''''') || '''', ' | '
    )::tsquery
    from unnest(tsvector_to_array(to_tsvector('private.search', private.set_apart(q)))) w
  );
end;
$$;

create or replace function private.expires_at(updated_at timestamptz, ttl_seconds integer)
returns timestamptz
language plpgsql
immutable
set search_path = ''
as $$
begin
  return updated_at + make_interval(secs => ttl_seconds);
end;
$$;

insert into public.schema_version (version, description)
values ('20261123092200', 'functions of every request plan once a connection');
