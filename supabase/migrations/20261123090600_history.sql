-- Pages, single messages and lists. Each is stable, so all of an answer comes from one snapshot: a page
-- and the head_position beside it never disagree.

-- The seqs of a page of the live line or of the log, in order, and whether there are more in the direction
-- travelled: towards the newest after a place, else towards the oldest. A place is a position of the line
-- or a seq of the log. A page ends early rather than weigh more than 4 MiB, since 500 messages could weigh
-- 2 GiB; it always holds one message if there is one. Definer: the caller's right to read is asked once,
-- and not once a row.
create function continuum.page_seqs(
  conversation_id uuid,
  of_log          boolean,
  before          bigint,
  after           bigint,
  max_messages    integer,
  out seqs        bigint[],
  out has_more    boolean
)
language plpgsql
stable
security definer
set search_path = ''
set enable_sort = off
set plan_cache_mode = force_generic_plan
as $$
declare
  max_bytes constant bigint := 4 * 1024 * 1024;
  oldest    constant bigint := coalesce(after, 0);
  newest    constant bigint := coalesce(before, 9223372036854775807);
begin
  seqs := '{}';
  has_more := false;
  if not continuum.reads(page_seqs.conversation_id) then
    return;
  end if;

  if of_log and after is not null then
    select array_agg(p.seq order by p.seq) filter (where p.fits), coalesce(bool_or(not p.fits), false)
    into seqs, has_more
    from (
      select
        m.seq,
        row_number() over w = 1 or (row_number() over w <= max_messages and sum(m.size_bytes) over w <= max_bytes) as fits
      from continuum.messages m
      where m.conversation_id = page_seqs.conversation_id and m.seq > oldest and m.seq < newest
      window w as (order by m.seq)
      order by m.seq
      limit max_messages + 1
    ) p;
  elsif of_log then
    select array_agg(p.seq order by p.seq) filter (where p.fits), coalesce(bool_or(not p.fits), false)
    into seqs, has_more
    from (
      select
        m.seq,
        row_number() over w = 1 or (row_number() over w <= max_messages and sum(m.size_bytes) over w <= max_bytes) as fits
      from continuum.messages m
      where m.conversation_id = page_seqs.conversation_id and m.seq > oldest and m.seq < newest
      window w as (order by m.seq desc)
      order by m.seq desc
      limit max_messages + 1
    ) p;
  elsif after is not null then
    select array_agg(p.seq order by p.position) filter (where p.fits), coalesce(bool_or(not p.fits), false)
    into seqs, has_more
    from (
      select
        m.seq, m.position,
        row_number() over w = 1 or (row_number() over w <= max_messages and sum(m.size_bytes) over w <= max_bytes) as fits
      from continuum.messages m
      where m.conversation_id = page_seqs.conversation_id and m.live and m.position > oldest and m.position < newest
      window w as (order by m.position)
      order by m.position
      limit max_messages + 1
    ) p;
  else
    select array_agg(p.seq order by p.position) filter (where p.fits), coalesce(bool_or(not p.fits), false)
    into seqs, has_more
    from (
      select
        m.seq, m.position,
        row_number() over w = 1 or (row_number() over w <= max_messages and sum(m.size_bytes) over w <= max_bytes) as fits
      from continuum.messages m
      where m.conversation_id = page_seqs.conversation_id and m.live and m.position > oldest and m.position < newest
      window w as (order by m.position desc)
      order by m.position desc
      limit max_messages + 1
    ) p;
  end if;
  seqs := coalesce(seqs, '{}');
end;
$$;

-- A replica that has not yet replayed what the reader knows of has no answer for it. The primary always has.
create function continuum.require_replayed(last_seq bigint, at_least bigint)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if coalesce(last_seq, 0) < at_least and pg_is_in_recovery() then
    perform continuum.raise_problem('unavailable');
  end if;
end;
$$;

-- A page of messages, oldest to newest. view is line or log. at_least is a seq that the reader knows of: a
-- replica that is behind it refuses.
create function public.read_history(
  continuation_id text,
  view            text,
  max_messages    integer,
  before          bigint default null,
  after           bigint default null,
  at_least        bigint default null
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
  page   record;
begin
  perform continuum.require_replayed(target.last_seq, at_least);
  if target.id is null then
    return '{"conversation":null,"messages":[],"has_more":false}';
  end if;
  page := continuum.page_seqs(target.id, view = 'log', before, after, least(greatest(max_messages, 1), 500));
  return '{"conversation":' || continuum.conversation_json(target, continuum.access_to(target))
    || ',"messages":' || continuum.messages_json(target.id, page.seqs)
    || ',"has_more":' || page.has_more::text || '}';
end;
$$;

-- The row of a seq or an id, or else the live row of a client_id.
create function continuum.find_message(conversation_id uuid, message text)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
declare
  found_seq bigint;
begin
  if message ~ '^[1-9][0-9]{0,17}$' then
    select m.seq into found_seq
    from continuum.messages m
    where m.conversation_id = find_message.conversation_id and m.seq = find_message.message::bigint;
  else
    select m.seq into found_seq
    from continuum.messages m
    where m.conversation_id = find_message.conversation_id and m.id = continuum.as_uuid(find_message.message);
  end if;
  if found_seq is null then
    select r.seq into found_seq
    from continuum.rows_of_client_id(find_message.conversation_id, find_message.message) r
    where r.live
    limit 1;
  end if;
  if found_seq is null then
    perform continuum.raise_problem('not_found');
  end if;
  return found_seq;
end;
$$;

-- One message, live or not.
create function public.read_message(continuation_id text, message text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  target  continuum.conversations;
  answers text;
begin
  perform continuum.require_account();
  target := continuum.require_access(continuation_id, 'viewer');
  answers := continuum.messages_json(target.id, array[continuum.find_message(target.id, message)]);
  return substr(answers, 2, length(answers) - 2);
end;
$$;

-- The owned or the shared conversations of a list, newest activity first. Definer, because under row level
-- security neither filter could use its index; it looks at the caller's own rows and accepted shares only.
create function continuum.listed_conversations(
  archived        boolean,
  invited         boolean,
  prefix          text,
  metadata        jsonb,
  before_activity timestamptz,
  before_id       uuid,
  max_rows        integer
)
returns setof continuum.conversations
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
as $$
declare
  caller     constant uuid := auth.uid();
  name_like  constant text := regexp_replace(normalize(prefix, nfc), '([%_\\])', '\\\1', 'g') || '%';
  shares     uuid[];
begin
  if invited then
    shares := array(
      select m.conversation_id from continuum.conversation_members m
      where m.user_id = caller and m.accepted_at is null and m.declined_at is null
    );
  else
    shares := array(select continuum.accepted_conversations());
    if prefix is null and metadata is null then
      return query
      select c.* from continuum.conversations c
      where c.owner_id = caller and c.expires_at > now() and (c.archived_at is not null) = archived
        and (c.last_activity_at, c.id) < (before_activity, before_id)
      order by c.last_activity_at desc, c.id desc
      limit max_rows;
    elsif prefix is null then
      return query
      select c.* from continuum.conversations c
      where c.owner_id = caller and c.expires_at > now() and (c.archived_at is not null) = archived
        and (c.last_activity_at, c.id) < (before_activity, before_id)
        and (listed_conversations.metadata = '{}' or c.metadata <> '{}' and c.metadata @> listed_conversations.metadata)
      order by c.last_activity_at desc, c.id desc
      limit max_rows;
    else
      return query
      select c.* from continuum.conversations c
      where c.owner_id = caller and c.expires_at > now() and (c.archived_at is not null) = archived
        and (c.last_activity_at, c.id) < (before_activity, before_id)
        and c.continuation_key like name_like
        and (listed_conversations.metadata is null or c.metadata @> listed_conversations.metadata)
      order by c.last_activity_at desc, c.id desc
      limit max_rows;
    end if;
  end if;
  return query
  select c.* from continuum.conversations c
  where c.id = any (shares) and c.expires_at > now() and (invited or (c.archived_at is not null) = archived)
    and (c.last_activity_at, c.id) < (before_activity, before_id)
    and (prefix is null or c.continuation_key like name_like)
    and (listed_conversations.metadata is null or c.metadata @> listed_conversations.metadata)
  order by c.last_activity_at desc, c.id desc
  limit max_rows;
end;
$$;

-- A page of the caller's and of accepted shared conversations, or of open invitations, by keyset on
-- (last_activity_at, id). metadata is a JSON object that a conversation's metadata must contain.
create function public.list_conversations(
  archived          boolean,
  invited           boolean,
  max_conversations integer,
  prefix            text        default null,
  metadata          text        default null,
  before_activity   timestamptz default null,
  before_id         uuid        default null
)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  capped constant integer := least(greatest(max_conversations, 1), 100);
  answer text;
begin
  perform continuum.require_account();
  if char_length(prefix) not between 1 and 255 then
    perform continuum.raise_invalid('/prefix', 'Must be 1 to 255 characters.');
  end if;
  select '{"conversations":['
    || coalesce(string_agg(
      continuum.conversation_json(n.conversation, continuum.access_to(n.conversation)), ',' order by n.number
    ) filter (where n.number <= capped), '')
    || '],"last":' || case
      when count(*) > capped then
        (max(json_build_object('last_activity_at', (n.conversation).last_activity_at, 'id', (n.conversation).id)::text)
          filter (where n.number = capped))
      else 'null'
    end || '}'
  into answer
  from (
    select
      l::continuum.conversations as conversation,
      row_number() over (order by l.last_activity_at desc, l.id desc) as number
    from continuum.listed_conversations(
      archived, invited, prefix,
      case when list_conversations.metadata is not null then continuum.as_metadata(list_conversations.metadata, '/metadata') end,
      coalesce(before_activity, 'infinity'), coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
      capped + 1
    ) l
    order by l.last_activity_at desc, l.id desc
    limit capped + 1
  ) n;
  return answer;
end;
$$;

comment on function public.read_history is
  'A page of a conversation; a missing one and a hidden one read alike, as empty. Problems: invalid_token.';
comment on function public.read_message is 'Problems: invalid_token, not_found.';
comment on function public.list_conversations is
  'The caller''s conversations, newest activity first. Problems: invalid_token, validation_failed.';

revoke all on function
  continuum.page_seqs,
  continuum.require_replayed,
  continuum.find_message,
  continuum.listed_conversations,
  public.read_history,
  public.read_message,
  public.list_conversations
from public, anon, authenticated, service_role;
grant execute on function
  continuum.page_seqs,
  continuum.require_replayed,
  continuum.find_message,
  continuum.listed_conversations,
  public.read_history,
  public.read_message,
  public.list_conversations
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123090600', 'history');
