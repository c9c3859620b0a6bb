-- append_messages: the one way in for messages. One call is one transaction and one round trip:
-- it finds or creates the conversation, takes its row lock, answers what a retry repeats, appends
-- the rest and links files, or does none of it.

-- A message of a batch as it arrived. payload_hash covers all that a retry must repeat.
create type private.incoming_message as (
  index        integer,
  role         public.message_role,
  content      text,
  parts        jsonb,
  metadata     jsonb,
  token_count  integer,
  client_id    text,
  file_ids     jsonb,
  payload_hash bytea
);

create function private.as_uuid(value text)
returns uuid
language sql
immutable
set search_path = ''
as $$
  select case
    when value ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then value::uuid
  end
$$;

-- First the caller's own continuation id, then the id of any conversation that the caller sees.
create function private.find_conversation(continuation_id text)
returns public.conversations
language plpgsql
stable
set search_path = ''
as $$
declare
  found_row public.conversations;
begin
  select c.* into found_row
  from public.conversations c
  where c.owner_id = (select auth.uid()) and c.continuation_id = find_conversation.continuation_id;

  if found_row.id is null then
    select c.* into found_row
    from public.conversations c
    where c.id = private.as_uuid(find_conversation.continuation_id);
  end if;
  return found_row;
end;
$$;

create function private.access_to(conversation public.conversations)
returns text
language sql
stable
set search_path = ''
as $$
  select case
    when (conversation).owner_id = (select auth.uid()) then 'owner'
    else (
      select m.role::text from public.conversation_members m
      where m.conversation_id = (conversation).id and m.user_id = (select auth.uid())
    )
  end
$$;

-- The Conversation of the API.
create function private.conversation_json(conversation public.conversations)
returns json
language sql
stable
set search_path = ''
as $$
  select json_build_object(
    'id', (conversation).id,
    'continuation_id', (conversation).continuation_id,
    'owner_id', (conversation).owner_id,
    'title', (conversation).title,
    'metadata', (conversation).metadata,
    'last_seq', (conversation).last_seq,
    'access', private.access_to(conversation),
    'archived_at', (conversation).archived_at,
    'ttl_seconds', (conversation).ttl_seconds,
    'created_at', (conversation).created_at,
    'updated_at', (conversation).updated_at
  )
$$;

-- The Messages of the API, in the order of seqs. One call a page, not one a row.
create function private.messages_json(conversation_id uuid, seqs bigint[])
returns json
language sql
stable
set search_path = ''
as $$
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
$$;

-- An Idempotency-Key stands for "<key>:<index>" and covers the batch as a whole, so the length of
-- the batch and its files are part of what each of its messages must repeat.
create function private.incoming_messages(messages jsonb, idempotency_key text, file_ids jsonb)
returns private.incoming_message[]
language sql
stable
set search_path = ''
as $$
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
$$;

-- An expired conversation is hidden from its owner too, yet holds its name until it is swept: a new
-- one of that name takes its place. Definer, because the policies hide it; it removes nothing but
-- what the caller owns and what has expired.
create function private.forget_expired(continuation_id text)
returns void
language sql
security definer
set search_path = ''
as $$
  delete from public.conversations c
  where c.owner_id = (select auth.uid())
    and c.continuation_id = forget_expired.continuation_id
    and private.expires_at(c.updated_at, c.ttl_seconds) <= now()
$$;

-- The caller's conversation of that name, locked for appending; created where there is none.
-- Waits for a concurrent appender or creator and never fails because of one.
create function private.lock_conversation(continuation_id text, title text, metadata jsonb, ttl_seconds integer)
returns public.conversations
language plpgsql
set search_path = ''
as $$
declare
  name   text := coalesce(lock_conversation.continuation_id, gen_random_uuid()::text);
  target public.conversations;
  locked public.conversations;
begin
  -- Another round only when somebody creates or deletes the conversation between two statements.
  loop
    target := private.find_conversation(name);
    if target.id is null then
      perform private.forget_expired(name);
      insert into public.conversations (continuation_id, title, metadata, ttl_seconds)
      values (
        name, lock_conversation.title, coalesce(lock_conversation.metadata, '{}'),
        lock_conversation.ttl_seconds
      )
      on conflict on constraint conversations_owner_id_continuation_id_key do nothing
      returning * into locked;
    elsif private.access_to(target) = 'viewer' then
      perform private.raise_problem('read_only');
    else
      select c.* into locked from public.conversations c where c.id = target.id for no key update;
    end if;
    if locked.id is not null then
      return locked;
    end if;
  end loop;
end;
$$;

create function public.append_messages(
  messages        jsonb,
  continuation_id text   default null,
  title           text   default null,
  metadata        jsonb  default null,
  expected_seq    bigint default null,
  file_ids        jsonb  default null,
  idempotency_key text   default null,
  ttl_seconds     integer default null
)
returns json
language plpgsql
security invoker
set search_path = ''
as $$
declare
  incoming private.incoming_message[] := private.incoming_messages(messages, idempotency_key, file_ids);
  target   public.conversations;
  seqs     bigint[];
  differs  integer;
  fresh    boolean;
begin
  if coalesce(cardinality(incoming), 0) not between 1 and 100 then
    perform private.raise_problem('validation_failed', '{"pointer": "/messages"}');
  end if;

  target := private.lock_conversation(continuation_id, title, metadata, ttl_seconds);

  -- seq of each message of the batch: the stored one of a repetition, else the next free one.
  select
    array_agg(coalesce(p.stored_seq, target.last_seq + p.rank) order by p.index),
    min(p.index) filter (where p.stored_hash <> p.payload_hash)
  into seqs, differs
  from (
    select
      i.index,
      i.payload_hash,
      m.seq as stored_seq,
      m.payload_hash as stored_hash,
      count(*) filter (where m.seq is null) over (order by i.index) as rank
    from unnest(incoming) i
    left join public.messages m
      on m.conversation_id = target.id and m.client_id = i.client_id
  ) p;

  if differs is not null then
    perform private.raise_problem('idempotency_mismatch', jsonb_build_object('index', differs));
  end if;

  fresh := target.last_seq < any (seqs);

  if fresh then
    if expected_seq <> target.last_seq then
      perform private.raise_problem('seq_conflict', jsonb_build_object('last_seq', target.last_seq));
    end if;

    insert into public.messages
      (conversation_id, seq, role, content, parts, metadata, token_count, is_estimated, client_id, payload_hash)
    select
      target.id, s.seq, i.role, i.content, i.parts, i.metadata,
      coalesce(i.token_count, ceil(octet_length(i.content) / 4.0)), i.token_count is null,
      i.client_id, i.payload_hash
    from unnest(incoming) i
    join unnest(seqs) with ordinality s (seq, number) on s.number = i.index + 1
    where s.seq > target.last_seq
    order by s.seq;

    perform private.link_files(target.id, null, file_ids);
    perform private.link_files(target.id, s.seq, i.file_ids)
    from unnest(incoming) i
    join unnest(seqs) with ordinality s (seq, number) on s.number = i.index + 1
    where s.seq > target.last_seq and i.file_ids <> '[]';
  end if;

  -- Read again: the triggers have moved last_seq and updated_at.
  select c.* into target from public.conversations c where c.id = target.id;
  return json_build_object(
    'conversation', private.conversation_json(target),
    'messages', private.messages_json(target.id, seqs),
    'replayed', not fresh
  );
end;
$$;
revoke all on function
  private.as_uuid(text),
  private.find_conversation(text),
  private.access_to(public.conversations),
  private.conversation_json(public.conversations),
  private.messages_json(uuid, bigint[]),
  private.incoming_messages(jsonb, text, jsonb),
  private.forget_expired(text),
  private.lock_conversation(text, text, jsonb, integer),
  public.append_messages(jsonb, text, text, jsonb, bigint, jsonb, text, integer)
from public, anon, authenticated, service_role;

grant execute on function
  private.as_uuid(text),
  private.find_conversation(text),
  private.access_to(public.conversations),
  private.conversation_json(public.conversations),
  private.messages_json(uuid, bigint[]),
  private.incoming_messages(jsonb, text, jsonb),
  private.forget_expired(text),
  private.lock_conversation(text, text, jsonb, integer),
  public.append_messages(jsonb, text, text, jsonb, bigint, jsonb, text, integer)
to authenticated;

comment on function public.append_messages is
  'Appends 1 to 100 messages, atomically and safely to retry. Problems: read_only, idempotency_mismatch, seq_conflict, unknown_file.';

insert into public.schema_version (version, description)
values ('20261123090500', 'append_messages');
