-- An append with an Idempotency-Key and without a continuation id: its retry must find the
-- conversation that the first attempt created, so the name is made of the key.

-- The continuation id of a conversation that an append with this key creates; null where there is
-- no key. The caller's, since two callers may well have the same key.
create function private.name_of_key(idempotency_key text)
returns text
language sql
stable
set search_path = ''
as $$
  select left(encode(sha256(convert_to(auth.uid() || ':' || idempotency_key, 'UTF8')), 'hex'), 32)::uuid::text
$$;
revoke all on function private.name_of_key(text) from public, anon, authenticated, service_role;
grant execute on function private.name_of_key(text) to authenticated;

-- As it was, but for the name that lock_conversation is given, and errors as everywhere else.
create or replace function public.append_messages(
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
    perform private.raise_problem('validation_failed', jsonb_build_object('errors', jsonb_build_array(
      jsonb_build_object('pointer', '/messages', 'detail', 'Must be 1 to 100 messages.')
    )));
  end if;

  target := private.lock_conversation(
    coalesce(continuation_id, private.name_of_key(idempotency_key)), title, metadata, ttl_seconds
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

insert into public.schema_version (version, description)
values ('20261123091400', 'a retried creation finds the first one by its key');
