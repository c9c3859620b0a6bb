-- What a process that follows conversations for its readers asks: often, whether anything has changed, for
-- many conversations in one call; and only after a change, for what has come.

-- Erased rows are few. Serves followers, who learn that a row which they have was erased.
create index messages_erased_idx
  on continuum.messages (conversation_id, erased_at) where erased_at is not null;

-- A piece of a conversation's log and where it ends.
create type continuum.log_piece as (
  seqs        bigint[],
  -- The last position that the piece adds to the live line; null if it holds revisions alone.
  line_end    bigint,
  -- Rows before the piece that were erased, and when the newest erasure was.
  erased_seqs bigint[],
  erased_at   timestamptz
);

-- The rows after a seq, at most 256 KiB of them or one: a process holds a piece for each of its readers. Of
-- the rows up to that seq, those that were erased after a time, newest first; none if no time is given.
-- Definer: the caller's right to read is asked once, and not once a row.
create function continuum.log_piece(conversation_id uuid, after bigint, erased_after timestamptz)
returns continuum.log_piece
language plpgsql
stable
security definer
set search_path = ''
set enable_sort = off
set plan_cache_mode = force_generic_plan
as $$
declare
  max_bytes  constant bigint  := 256 * 1024;
  max_rows   constant integer := 500;
  max_erased constant integer := 1000;
  piece continuum.log_piece;
begin
  piece.seqs := '{}';
  piece.erased_seqs := '{}';
  if not continuum.reads(log_piece.conversation_id) then
    return piece;
  end if;

  select coalesce(array_agg(p.seq order by p.seq), '{}'), max(p.position) filter (where p.position = p.seq)
  into piece.seqs, piece.line_end
  from (
    select m.seq, m.position, sum(m.size_bytes) over w as bytes, row_number() over w as number
    from continuum.messages m
    where m.conversation_id = log_piece.conversation_id and m.seq > log_piece.after
    window w as (order by m.seq)
    order by m.seq
    limit max_rows
  ) p
  where p.bytes <= max_bytes or p.number = 1;

  select m.erased_at into piece.erased_at
  from continuum.messages m
  where m.conversation_id = log_piece.conversation_id and m.erased_at is not null
  order by m.erased_at desc
  limit 1;
  if piece.erased_at > log_piece.erased_after then
    piece.erased_seqs := array(
      select m.seq from continuum.messages m
      where m.conversation_id = log_piece.conversation_id and m.erased_at > log_piece.erased_after
        and m.seq <= log_piece.after
      order by m.erased_at desc
      limit max_erased
    );
  end if;
  return piece;
end;
$$;

-- What a reader of a log has not seen: a line of JSON about the conversation and the piece, then a line for
-- each row in order of seq. Null if the caller sees no such conversation. A line break that a client has sent
-- between two tokens of its parts is a space here, which is the same JSON. erased_after: see
-- continuum.log_piece.
create function public.follow_messages(
  continuation_id text,
  after           bigint,
  erased_after    timestamptz default null
)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  caller constant uuid                    := continuum.require_account();
  target constant continuum.conversations := continuum.find_conversation(continuation_id);
  piece  continuum.log_piece;
begin
  if target.id is null then
    return null;
  end if;
  piece := continuum.log_piece(target.id, follow_messages.after, follow_messages.erased_after);
  return json_build_object(
    'id', target.id, 'last_seq', target.last_seq, 'head_position', target.head_position,
    'version', target.updated_at, 'count', cardinality(piece.seqs), 'line_end', piece.line_end,
    'erased_seqs', piece.erased_seqs, 'erased_at', coalesce(piece.erased_at, '-infinity')
  )::text || case
    when piece.seqs = '{}' then ''
    else (
      select string_agg(E'\n' || translate(e.value::text, E'\r\n', '  '), '' order by e.ordinality)
      from json_array_elements(continuum.messages_json(target.id, piece.seqs)::json) with ordinality e
    )
  end;
end;
$$;

-- The version of each conversation, null if the caller sees no such one: as a JSON array of the conversations
-- with these ids, followed by those of these names. The version is another one after every change.
create function public.follow_conversations(ids uuid[], names text[])
returns text
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
  caller constant uuid := continuum.require_account();
begin
  if cardinality(ids) + cardinality(names) > 1000 then
    perform continuum.raise_invalid('', 'Must be at most 1,000 conversations.');
  end if;
  return (
    select json_agg(v.version order by v.kind, v.number)
    from (
      select 1 as kind, i.number, c.updated_at as version
      from unnest(follow_conversations.ids) with ordinality i (id, number)
      left join continuum.conversations c on c.id = i.id
      union all
      select 2, n.number, (continuum.find_conversation(n.name)).updated_at
      from unnest(follow_conversations.names) with ordinality n (name, number)
    ) v
  )::text;
end;
$$;

comment on function public.follow_messages is 'The log of a conversation from a seq on. Problems: invalid_token.';
comment on function public.follow_conversations is
  'Whether conversations have changed. Problems: invalid_token, validation_failed.';

revoke all on function
  continuum.log_piece,
  public.follow_messages,
  public.follow_conversations
from public, anon, authenticated, service_role;
grant execute on function
  continuum.log_piece,
  public.follow_messages,
  public.follow_conversations
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123091500', 'follow');
