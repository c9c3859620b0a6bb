-- search_messages: full-text search over titles and live messages, with snippets within a bound of time.

-- The best hits after a position, best first: messages, and conversations by their titles (seq is null).
-- Definer, because under row level security @@ is not leakproof and so can use no index; it asks itself
-- what the policies ask. Each branch asks the index for the query and for whose it may be at once; a
-- planner that takes the two for independent would sooner read the whole table.
create function continuum.search_hits(
  query       tsquery,
  archived    boolean,
  before_rank real,
  before_id   uuid,
  max_hits    integer
)
returns table (conversation_id uuid, seq bigint, id uuid, rank real)
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
as $$
declare
  max_shares constant integer := 1000;
  caller     constant uuid := auth.uid();
  shares     constant uuid[] := array(
    select m.conversation_id from continuum.conversation_members m
    where m.user_id = caller and m.accepted_at is not null
    order by m.accepted_at desc
    limit max_shares
  );
  scope      constant tsquery := (
    '''owner:' || caller || ''''
      || coalesce((select string_agg(' | ''conversation:' || s.id || '''', '') from unnest(shares) s (id)), '')
  )::tsquery;
begin
  return query
  with found as (
    select m.conversation_id, m.seq, m.id, ts_rank(m.search_vector, search_hits.query) as rank
    from continuum.messages m
    where m.live and m.search_vector @@ (search_hits.query && scope)
    union all
    select c.id, null, c.id, ts_rank(c.title_vector, search_hits.query) as rank
    from continuum.conversations c
    where c.title_vector is not null and c.title_vector @@ (search_hits.query && scope)
  )
  select f.conversation_id, f.seq, f.id, f.rank
  from found f
  join continuum.conversations c on c.id = f.conversation_id
  where (c.owner_id = caller or c.id = any (shares))
    and c.expires_at > now()
    and (search_hits.archived is null or (c.archived_at is not null) = search_hits.archived)
    and (f.rank, f.id) < (search_hits.before_rank, search_hits.before_id)
  order by f.rank desc, f.id desc
  limit search_hits.max_hits;
end;
$$;

-- A regular expression for a term as it stands in decomposed text, whatever separates its words and
-- whatever accents its letters carry.
create function continuum.term_pattern(words text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select string_agg(
      (
        select string_agg(
          case when c.value ~ '^\w$' then c.value else '\' || c.value end
            || '[\u0300-\u036f\u00ad\u200b-\u200f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]*', ''
          order by c.number
        )
        from regexp_split_to_table(normalize(w.value, nfd), '') with ordinality c (value, number)
      ), '[^[:alnum:]]*' order by w.number
    )
    from regexp_split_to_table(words, ' +') with ordinality w (value, number)
  );
end;
$$;

-- The text around a match, ⟦ and ⟧ around its terms. Looks for the first term that is there as a word, then
-- for one inside a word; after the deadline in the beginning of the text alone.
create function continuum.snippet(value text, q text, deadline timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  before_match constant integer := 80;
  window_size  constant integer := 320;
  patterns constant text[] := array(
    select continuum.term_pattern(t.words)
    from continuum.query_terms(q) t
    where not t.excluded
    order by char_length(t.words) desc
    limit 16
  );
  searched text := left(value, case when clock_timestamp() > deadline then 2000 else 200000 end);
  form     text;
  pattern  text;
  place    integer := 0;
  piece    text;
begin
  foreach form in array array['nfd', 'nfkd'] loop
    searched := case form when 'nfd' then normalize(searched, nfd) else normalize(searched, nfkd) end;
    foreach pattern in array patterns loop
      place := regexp_instr(searched, '\m' || pattern || '\M', 1, 1, 0, 'i');
      exit when place > 0;
    end loop;
    if place = 0 then
      foreach pattern in array patterns loop
        place := regexp_instr(searched, pattern, 1, 1, 0, 'i');
        exit when place > 0;
      end loop;
    end if;
    exit when place > 0 or clock_timestamp() > deadline;
  end loop;

  place := greatest(1, place - before_match);
  piece := substr(searched, place, window_size);
  -- Whole words, if the text has any at that place.
  if place > 1 then
    piece := '… ' || regexp_replace(piece, '^\S{0,40}\s+', '');
  end if;
  if char_length(searched) > place + window_size then
    piece := regexp_replace(piece, '\s+\S{0,40}$', '') || ' …';
  end if;
  return normalize(
    regexp_replace(piece, '(' || array_to_string(patterns, '|') || ')', '⟦\1⟧', 'gi'), nfc
  );
end;
$$;

-- A page of hits, best first, by keyset on (rank, id).
create function public.search_messages(
  q           text,
  max_hits    integer,
  archived    boolean default null,
  before_rank real    default null,
  before_id   uuid    default null
)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  capped   constant integer := least(greatest(max_hits, 1), 100);
  deadline constant timestamptz := clock_timestamp() + interval '1 second';
  query    tsquery;
  answer   text;
begin
  perform continuum.require_account();
  if coalesce(char_length(q) not between 1 and 500, true) then
    perform continuum.raise_invalid('/q', 'Must be 1 to 500 characters.');
  end if;
  query := continuum.search_query(q);
  if query is null then
    return '{"hits":[],"last":null}';
  end if;

  select '{"hits":[' || coalesce(string_agg(
      row_to_json(p.hit)::text, ',' order by p.number
    ) filter (where p.number <= capped), '') || '],"last":' || case
      when count(*) > capped
        then max(json_build_object('rank', p.rank, 'id', p.id)::text) filter (where p.number = capped)
      else 'null'
    end || '}'
  into answer
  from (
    select
      h.number, h.rank, h.id,
      (
        select r
        from (
          select
            continuum.conversation_json(c) as conversation,
            case when m.seq is not null then json_build_object(
              'seq', m.seq, 'position', m.position, 'role', m.role, 'created_at', m.created_at
            ) end as message,
            continuum.snippet(
              case
                when h.seq is null then c.title
                else continuum.searchable_text(m.content, continuum.as_jsonb(m.parts))
              end, q, deadline
            ) as snippet
        ) r
      ) as hit
    from (
      select s.*, row_number() over (order by s.rank desc, s.id desc) as number
      from continuum.search_hits(
        query, archived,
        coalesce(before_rank, 'infinity'), coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
        capped + 1
      ) s
    ) h
    cross join lateral (select * from continuum.conversations s where s.id = h.conversation_id offset 0) c
    left join lateral (
      select * from continuum.messages s
      where s.conversation_id = h.conversation_id and s.seq = h.seq
      offset 0
    ) m on true
  ) p;
  return answer;
end;
$$;

comment on function public.search_messages is
  'Full-text search of titles and messages, best first. Problems: invalid_token, validation_failed.';

revoke all on function
  continuum.search_hits,
  continuum.term_pattern,
  continuum.snippet,
  public.search_messages
from public, anon, authenticated, service_role;
grant execute on function
  continuum.search_hits,
  continuum.term_pattern,
  continuum.snippet,
  public.search_messages
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123090810', 'search');
