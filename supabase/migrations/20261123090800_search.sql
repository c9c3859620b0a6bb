-- search_messages: full-text search over what the caller may read, with snippets within a bound of time.

-- A run of characters that are set apart is a phrase to websearch_to_tsquery.
create function continuum.search_query(q text)
returns tsquery
language plpgsql
immutable
set search_path = ''
as $$
begin
  return websearch_to_tsquery('continuum.search', continuum.set_apart(q));
end;
$$;

-- A query for any of the words of q: what to mark where they stand too far apart for one piece.
create function continuum.any_word(q text)
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
    from unnest(tsvector_to_array(to_tsvector('continuum.search', continuum.set_apart(q)))) w
  );
end;
$$;

-- The best hits after a position, best first. Definer, because under row level security @@ is not
-- leakproof and so can use no index; it asks itself what the policies ask, and its caller reads the
-- messages under the policies again. Planned anew for each query, with the conversations as an
-- array: whether to begin at the word or at them depends on how common it is and how many they are.
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
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  readable uuid[] := array(
    select c.id
    from continuum.conversations c
    where c.owner_id = (select auth.uid())
      and (c.ttl_seconds is null or continuum.expires_at(c.updated_at, c.ttl_seconds) > now())
      and (search_hits.archived is null or (c.archived_at is not null) = search_hits.archived)
    union all
    select c.id
    from continuum.conversations c
    where c.id = any (array(select continuum.shared_conversations()))
      and (c.ttl_seconds is null or continuum.expires_at(c.updated_at, c.ttl_seconds) > now())
      and (search_hits.archived is null or (c.archived_at is not null) = search_hits.archived)
  );
begin
  return query
  select h.conversation_id, h.seq, h.id, h.rank
  from (
    select m.conversation_id, m.seq, m.id, ts_rank(m.search_vector, search_hits.query) as rank
    from continuum.messages m
    where m.search_vector @@ search_hits.query and m.conversation_id = any (readable)
    offset 0
  ) h
  where (h.rank, h.id) < (search_hits.before_rank, search_hits.before_id)
  order by h.rank desc, h.id desc
  limit search_hits.max_hits;
end;
$$;

-- A piece of a message that matches the query, or else one that has a word of it, or else its
-- beginning; set apart. Looks where the phrases, runs and words of q first stand, then everywhere,
-- until the statement has taken two seconds. Volatile because of that.
create function continuum.matching_piece(content text, query tsquery, q text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  piece_size constant integer := 5000;
  deadline   constant timestamptz := statement_timestamp() + interval '2 seconds';
  folded_q   constant text := lower(extensions.unaccent(q));
  words      constant text[] := tsvector_to_array(to_tsvector('continuum.search', continuum.set_apart(q)));
  searched   constant text := left(content, 200000);
  folded     text;
  candidate  text;
  position   integer;
  piece      text;
  vector     tsvector;
  fallback   text;
begin
  if char_length(searched) <= piece_size then
    return continuum.set_apart(searched);
  end if;

  -- Folding may change the length, so a position is one of the text itself only nearly: hence the
  -- room before it, and the look at what the piece has.
  folded := lower(extensions.unaccent(searched));
  for candidate in
    select c.value from (
      select 1 as kind, r[1] as value from regexp_matches(folded_q, '"([^"]+)"', 'g') r
      union all
      select 2, r[1] from regexp_matches(folded_q, continuum.spaceless() || '+', 'g') r
      union all
      select 3, w from unnest(words) w
    ) c
    order by c.kind, char_length(c.value) desc
    limit 8
  loop
    exit when clock_timestamp() > deadline;
    position := case
      when candidate ~ '^[a-z0-9]+$' then regexp_instr(folded, '\m' || candidate || '\M')
      else strpos(folded, candidate)
    end;
    continue when position = 0;
    piece := continuum.set_apart(substr(searched, greatest(1, position - 1000), piece_size));
    vector := to_tsvector('continuum.search', piece);
    if vector @@ query then
      return piece;
    elsif fallback is null and tsvector_to_array(vector) && words then
      fallback := piece;
    end if;
  end loop;
  -- Words that stand apart: no piece need have them all.
  if fallback is not null and query::text !~ '<' then
    return fallback;
  end if;

  for start in 1..char_length(searched) by piece_size - 200 loop
    exit when clock_timestamp() > deadline;
    piece := continuum.set_apart(substr(searched, start, piece_size));
    vector := to_tsvector('continuum.search', piece);
    if vector @@ query then
      return piece;
    elsif fallback is null and tsvector_to_array(vector) && words then
      fallback := piece;
    end if;
  end loop;
  return coalesce(fallback, continuum.set_apart(left(searched, piece_size)));
end;
$$;

-- The text around a match, ⟦ and ⟧ around its words.
create function continuum.snippet(content text, query tsquery, q text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  runs   constant text[] := array(select r[1] from regexp_matches(q, continuum.spaceless() || '+', 'g') r);
  piece  constant text := continuum.matching_piece(content, query, q);
  chosen text := ts_headline(
    'continuum.search', piece,
    case when to_tsvector('continuum.search', piece) @@ query then query else continuum.any_word(q) end,
    'StartSel=⟦, StopSel=⟧, MaxFragments=2, MaxWords=30, MinWords=10, ShortWord=0, FragmentDelimiter=" … "'
  );
begin
  chosen := replace(replace(chosen, E'\x1f', ''), '⟧⟦', '');
  -- Of a phrase of single characters each is marked, wherever it stands: only the phrase is meant.
  if cardinality(runs) > 0 then
    chosen := regexp_replace(
      chosen,
      format('⟦(?!%1$s*(?:%2$s))(%1$s+)⟧', continuum.spaceless(), array_to_string(runs, '|')), '\1', 'g'
    );
  end if;
  return chosen;
end;
$$;

-- A page of hits, best first, by keyset on (rank, id).
create function public.search_messages(
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
  query  tsquery := continuum.search_query(q);
  capped integer := least(greatest(max_hits, 1), 100);
  answer json;
begin
  -- Nothing to look for, or only what not to: no index serves that.
  if querytree(query) in ('', 'T') then
    return json_build_object('hits', '[]'::json, 'has_more', false);
  end if;
  select json_build_object(
    'hits', coalesce(json_agg(json_build_object(
      'conversation', continuum.conversation_json(p.conversation),
      'message', json_build_object(
        'seq', p.seq,
        'role', p.role,
        'snippet', continuum.snippet(p.content, query, q),
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
      c::continuum.conversations as conversation, m.seq, m.role, m.content, m.created_at, h.rank, h.id,
      row_number() over (order by h.rank desc, h.id desc) as number
    from continuum.search_hits(
      query, archived,
      coalesce(before_rank, 'infinity'), coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
      capped + 1
    ) h
    cross join lateral (
      select * from continuum.messages s
      where s.conversation_id = h.conversation_id and s.seq = h.seq
      offset 0
    ) m
    cross join lateral (
      select * from continuum.conversations s where s.id = h.conversation_id offset 0
    ) c
  ) p;
  return answer;
end;
$$;

comment on function public.search_messages is 'Full-text search, web-search syntax, best first.';

revoke all on function
  continuum.search_query,
  continuum.any_word,
  continuum.search_hits,
  continuum.matching_piece,
  continuum.snippet,
  public.search_messages
from public, anon, authenticated, service_role;
grant execute on function
  continuum.search_query,
  continuum.any_word,
  continuum.search_hits,
  continuum.matching_piece,
  continuum.snippet,
  public.search_messages
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123090800', 'search');
