-- read_history and list_conversations. Each is stable, so all of an answer comes from one snapshot: a
-- page and the last_seq beside it never disagree.

-- A page of messages, oldest to newest. After a seq it travels towards the newest, else towards
-- the oldest; has_more speaks of that direction. A page ends early rather than weigh more than
-- 4 MiB, since 500 messages could weigh 2 GiB; it always holds one message if there is one.
create function public.read_history(
  continuation_id text,
  before          bigint  default null,
  after           bigint  default null,
  max_messages    integer default 100
)
returns json
language plpgsql
stable
security invoker
set search_path = ''
set enable_sort = off
as $$
declare
  max_bytes constant bigint := 4 * 1024 * 1024;
  target   continuum.conversations := continuum.find_conversation(continuation_id);
  oldest   bigint := coalesce(after, 0);
  newest   bigint := coalesce(before, 9223372036854775807);
  capped   integer := least(greatest(max_messages, 1), 500);
  seqs     bigint[];
  has_more boolean;
begin
  if target.id is null then
    return json_build_object('conversation', null, 'messages', '[]'::json, 'has_more', false);
  end if;

  if after is not null then
    select array_agg(p.seq order by p.seq) filter (where p.fits), coalesce(bool_or(not p.fits), false)
    into seqs, has_more
    from (
      select
        m.seq,
        row_number() over w = 1 or (row_number() over w <= capped and sum(m.size_bytes) over w <= max_bytes) as fits
      from continuum.messages m
      where m.conversation_id = target.id and m.seq > oldest and m.seq < newest
      window w as (order by m.seq)
      order by m.seq
      limit capped + 1
    ) p;
  else
    select array_agg(p.seq order by p.seq) filter (where p.fits), coalesce(bool_or(not p.fits), false)
    into seqs, has_more
    from (
      select
        m.seq,
        row_number() over w = 1 or (row_number() over w <= capped and sum(m.size_bytes) over w <= max_bytes) as fits
      from continuum.messages m
      where m.conversation_id = target.id and m.seq > oldest and m.seq < newest
      window w as (order by m.seq desc)
      order by m.seq desc
      limit capped + 1
    ) p;
  end if;

  return json_build_object(
    'conversation', continuum.conversation_json(target),
    'messages', continuum.messages_json(target.id, coalesce(seqs, '{}')),
    'has_more', has_more
  );
end;
$$;

-- Owned and shared conversations, newest activity first, by keyset on (updated_at, id). Two
-- branches, because "mine or shared with me" as one condition would read the whole table; and an
-- array, because the planner takes the shared ones for a thousand and would read it for them too.
create function public.list_conversations(
  archived          boolean     default false,
  before_updated_at timestamptz default null,
  before_id         uuid        default null,
  max_conversations integer     default 20
)
returns json
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  capped    integer     := least(greatest(max_conversations, 1), 100);
  start_at  timestamptz := coalesce(before_updated_at, 'infinity');
  start_id  uuid        := coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  answer    json;
begin
  with candidates as (
    (
      select c as conversation, c.updated_at, c.id
      from continuum.conversations c
      where c.owner_id = (select auth.uid())
        and (c.archived_at is not null) = archived
        and (c.updated_at, c.id) < (start_at, start_id)
      order by c.updated_at desc, c.id desc
      limit capped + 1
    )
    union all
    (
      select c, c.updated_at, c.id
      from continuum.conversations c
      where c.id = any (array(select continuum.shared_conversations()))
        and (c.archived_at is not null) = archived
        and (c.updated_at, c.id) < (start_at, start_id)
      order by c.updated_at desc, c.id desc
      limit capped + 1
    )
  ),
  numbered as (
    select c.conversation, row_number() over (order by c.updated_at desc, c.id desc) as number
    from candidates c
  )
  select json_build_object(
    'conversations', coalesce(
      json_agg(continuum.conversation_json(n.conversation) order by n.number) filter (where n.number <= capped), '[]'
    ),
    'has_more', count(*) > capped
  )
  into answer
  from numbered n;
  return answer;
end;
$$;

comment on function public.read_history is
  'A page of a conversation; a missing one and a hidden one read alike, as empty.';
comment on function public.list_conversations is
  'The caller''s and shared conversations, newest activity first.';

revoke all on function
  public.read_history,
  public.list_conversations
from public, anon, authenticated, service_role;
grant execute on function
  public.read_history,
  public.list_conversations
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123090600', 'history');
