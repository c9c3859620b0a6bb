-- append_messages: the one way in for messages. One call is one transaction and one round trip:
-- it finds or creates the conversation, takes its row lock, answers what a retry repeats, appends
-- the rest and links files, or does none of it.

-- A message of a batch as it arrived. payload_hash covers all that a retry must repeat.
create type continuum.incoming_message as (
  index        integer,
  role         continuum.message_role,
  content      text,
  parts        jsonb,
  metadata     jsonb,
  token_count  integer,
  client_id    text,
  file_ids     jsonb,
  payload_hash bytea
);

-- An Idempotency-Key stands for "<key>:<index>" and covers the batch as a whole, so the length of
-- the batch and its files are part of what each of its messages must repeat.
create function continuum.incoming_messages(messages jsonb, idempotency_key text, file_ids jsonb)
returns continuum.incoming_message[]
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
      )::continuum.incoming_message order by i.index
    )
    from (
      select (e.ordinality - 1)::integer as index, e.value as message
      from jsonb_array_elements(messages) with ordinality e
    ) i
  );
end;
$$;

-- The continuation id of a conversation that an append with this key creates; null where there is
-- no key. The caller's, since two callers may well have the same key.
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
-- one of that name takes its place. Definer, because the policies hide it; it removes nothing but
-- what the caller owns and what has expired.
create function continuum.forget_expired(continuation_id text)
returns void
language sql
security definer
set search_path = ''
as $$
  delete from continuum.conversations c
  where c.owner_id = (select auth.uid())
    and c.continuation_id = forget_expired.continuation_id
    and continuum.expires_at(c.updated_at, c.ttl_seconds) <= now()
$$;

-- The caller's conversation of that name, locked for appending; created where there is none.
-- Waits for a concurrent appender or creator and never fails because of one.
create function continuum.lock_conversation(continuation_id text, title text, metadata jsonb, ttl_seconds integer)
returns continuum.conversations
language plpgsql
set search_path = ''
as $$
declare
  name   text := coalesce(lock_conversation.continuation_id, gen_random_uuid()::text);
  target continuum.conversations;
  locked continuum.conversations;
begin
  -- Another round only when somebody creates or deletes the conversation between two statements.
  loop
    target := continuum.find_conversation(name);
    if target.id is null then
      perform continuum.forget_expired(name);
      insert into continuum.conversations (continuation_id, title, metadata, ttl_seconds)
      values (
        name, lock_conversation.title, coalesce(lock_conversation.metadata, '{}'),
        lock_conversation.ttl_seconds
      )
      on conflict on constraint conversations_owner_id_continuation_id_key do nothing
      returning * into locked;
    elsif continuum.access_to(target) = 'viewer' then
      perform continuum.raise_problem('read_only');
    else
      select c.* into locked from continuum.conversations c where c.id = target.id for no key update;
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
  incoming continuum.incoming_message[] := continuum.incoming_messages(messages, idempotency_key, file_ids);
  target   continuum.conversations;
  seqs     bigint[];
  differs  integer;
  fresh    boolean;
begin
  if coalesce(cardinality(incoming), 0) not between 1 and 100 then
    perform continuum.raise_problem('validation_failed', jsonb_build_object('errors', jsonb_build_array(
      jsonb_build_object('pointer', '/messages', 'detail', 'Must be 1 to 100 messages.')
    )));
  end if;

  target := continuum.lock_conversation(
    coalesce(continuation_id, continuum.name_of_key(idempotency_key)), title, metadata, ttl_seconds
  );

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
    left join lateral (
      select s.seq, s.payload_hash from continuum.messages s
      where s.conversation_id = target.id and s.client_id = i.client_id
      offset 0
    ) m on true
  ) p;

  if differs is not null then
    perform continuum.raise_problem('idempotency_mismatch', jsonb_build_object('index', differs));
  end if;

  fresh := target.last_seq < any (seqs);

  if fresh then
    if expected_seq <> target.last_seq then
      perform continuum.raise_problem('seq_conflict', jsonb_build_object('last_seq', target.last_seq));
    end if;

    insert into continuum.messages
      (conversation_id, seq, role, content, parts, metadata, token_count, is_estimated, client_id, payload_hash)
    select
      target.id, s.seq, i.role, i.content, i.parts, i.metadata,
      coalesce(i.token_count, ceil(octet_length(i.content) / 4.0)), i.token_count is null,
      i.client_id, i.payload_hash
    from unnest(incoming) i
    join unnest(seqs) with ordinality s (seq, number) on s.number = i.index + 1
    where s.seq > target.last_seq
    order by s.seq;

    perform continuum.link_files(target.id, null, file_ids);
    perform continuum.link_files(target.id, s.seq, i.file_ids)
    from unnest(incoming) i
    join unnest(seqs) with ordinality s (seq, number) on s.number = i.index + 1
    where s.seq > target.last_seq and i.file_ids <> '[]';
  end if;

  -- Read again: the triggers have moved last_seq and updated_at.
  select c.* into target from continuum.conversations c where c.id = target.id;
  return json_build_object(
    'conversation', continuum.conversation_json(target),
    'messages', continuum.messages_json(target.id, seqs),
    'replayed', not fresh
  );
end;
$$;

comment on function public.append_messages is
  'Appends 1 to 100 messages, atomically and safely to retry. Problems: read_only, idempotency_mismatch, seq_conflict, unknown_file.';

revoke all on function
  continuum.incoming_messages,
  continuum.name_of_key,
  continuum.forget_expired,
  continuum.lock_conversation,
  public.append_messages
from public, anon, authenticated, service_role;
grant execute on function
  continuum.incoming_messages,
  continuum.name_of_key,
  continuum.forget_expired,
  continuum.lock_conversation,
  public.append_messages
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123090500', 'append');
