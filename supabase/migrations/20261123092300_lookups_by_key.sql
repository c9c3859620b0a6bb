-- "cross join lateral (… offset 0)" makes a join a look-up by key for each row. Left to choose, the
-- planner hashes the whole conversation where its statistics are of before the conversation grew, or
-- where most others are small.

-- As it was, but for that.
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
    cross join lateral (
      select * from public.messages m
      where m.conversation_id = messages_json.conversation_id and m.seq = wanted.seq
      offset 0
    ) m
    left join attached a on a.seq = m.seq
  );
end;
$$;

-- As it was, but for that.
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
    left join lateral (
      select s.seq, s.payload_hash from public.messages s
      where s.conversation_id = target.id and s.client_id = i.client_id
      offset 0
    ) m on true
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

-- As it was, but for that.
create or replace function public.search_messages(
  q           text,
  archived    boolean default null,
  before_rank real    default null,
  before_id   uuid    default null,
  max_hits    integer default 20
)
returns json
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  query  tsquery := private.search_query(q);
  capped integer := least(greatest(max_hits, 1), 100);
  answer json;
begin
  -- Nothing to look for, or only what not to: no index serves that.
  if querytree(query) in ('', 'T') then
    return json_build_object('hits', '[]'::json, 'has_more', false);
  end if;
  select json_build_object(
    'hits', coalesce(json_agg(json_build_object(
      'conversation', private.conversation_json(p.conversation),
      'message', json_build_object(
        'seq', p.seq,
        'role', p.role,
        'snippet', private.snippet(p.content, query, q),
        'created_at', p.created_at
      ),
      'rank', p.rank,
      'id', p.id
    ) order by p.rank desc, p.id desc) filter (where p.number <= capped), '[]'),
    'has_more', count(*) > capped
  )
  into answer
  from (
    select
      c::public.conversations as conversation, m.seq, m.role, m.content, m.created_at, h.rank, h.id,
      row_number() over (order by h.rank desc, h.id desc) as number
    from private.search_hits(
      query, archived,
      coalesce(before_rank, 'infinity'), coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
      capped + 1
    ) h
    cross join lateral (
      select * from public.messages s
      where s.conversation_id = h.conversation_id and s.seq = h.seq
      offset 0
    ) m
    cross join lateral (
      select * from public.conversations s where s.id = h.conversation_id offset 0
    ) c
  ) p;
  return answer;
end;
$$;

insert into public.schema_version (version, description)
values ('20261123092300', 'messages are looked up by key, whatever the statistics');
