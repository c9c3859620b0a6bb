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

-- A text with ⟦ and ⟧ around every place where one of the terms stands: phrase by phrase, as runs, or as
-- words inside of runs. Null if none does. Each word and what is between two is looked at as search_vector
-- does, so what is marked is what was found, in the spelling that it has.
create function continuum.mark_terms(value text, phrases text[])
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  word_characters constant text := '[:alnum:]\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f' || continuum.marks();
  -- Separators at odd places, words at even ones.
  pieces text[] := string_to_array(
    case
      when octet_length(value) = char_length(value) then regexp_replace(value, '[A-Za-z0-9]+', E'\x1f\\&\x1f', 'g')
      else regexp_replace(
        value,
        format('(?=[%2$s])[%1$s]|((?![%1$s])[%2$s])+', continuum.spaceless(), word_characters),
        E'\x1f\\&\x1f', 'g'
      )
    end, E'\x1f'
  );
  words  text[];
  marked boolean[];
  phrase text;
  terms  text[];
  place  integer;
begin
  for attempt in 1..2 loop
    words := string_to_array(lower(continuum.plain_text(array_to_string(
      array(select p.piece from unnest(pieces) with ordinality p (piece, n) where p.n % 2 = 0 order by p.n), E'\x1f'
    ))), E'\x1f');
    marked := array_fill(false, array[cardinality(pieces)]);
    foreach phrase in array phrases loop
      terms := string_to_array(phrase, ' ');
      foreach place in array array_positions(words, terms[1]) loop
        if words[place : place + cardinality(terms) - 1] = terms then
          for n in 2 * place..2 * (place + cardinality(terms) - 1) loop
            marked[n] := true;
          end loop;
        end if;
      end loop;
    end loop;
    exit when true = any (marked);
    pieces := string_to_array(
      replace(continuum.split_runs(replace(array_to_string(pieces, E'\x1e'), E'\x1f', '')), E'\x1f', E'\x1e\x1e'), E'\x1e'
    );
  end loop;
  if not true = any (marked) then
    return null;
  end if;
  return (
    select replace(string_agg(
      case when m.is_marked and not m.was_marked then '⟦' else '' end || m.piece
        || case when m.is_marked and not m.is_marked_next then '⟧' else '' end, '' order by m.n
    ), '⟧⟦', '')
    from (
      select
        p.piece, p.n, p.is_marked,
        lag(p.is_marked, 1, false) over (order by p.n) as was_marked,
        lead(p.is_marked, 1, false) over (order by p.n) as is_marked_next
      from unnest(pieces, marked) with ordinality p (piece, is_marked, n)
    ) m
  );
end;
$$;

-- At most two fragments of a marked text: around its first mark, and around the next that is not seen there.
-- Cut between words, if there are spaces near.
create function continuum.shorten(marked text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  before   constant integer := 80;
  size     constant integer := 200;
  next     integer := 1;
  first    integer;
  mark     integer;
  piece    text;
  snippet  text;
begin
  if char_length(marked) <= size + before then
    return marked;
  end if;
  for number in 1..2 loop
    mark := strpos(substr(marked, next), '⟦');
    exit when mark = 0 and number = 2;
    first := greatest(next, next + mark - 1 - before);
    piece := substr(marked, first, size);
    if strpos(reverse(piece), '⟦') between 1 and strpos(reverse(piece) || '⟧', '⟧') then
      piece := piece || coalesce(substring(substr(marked, first + size) from '^[^⟧]{0,255}⟧'), '⟧');
    end if;
    next := first + char_length(piece);
    if first > 1 then
      piece := regexp_replace(piece, '^[^\s⟦]{0,40}\s+', '');
    end if;
    if next <= char_length(marked) then
      piece := regexp_replace(piece, '\s+[^\s⟧]{0,40}$', '');
    end if;
    snippet := concat_ws(' … ', snippet, piece);
  end loop;
  return snippet;
end;
$$;

-- The phrases that snippets of a query mark, those that are looked for and the longest first.
create function continuum.marked_phrases(q text)
returns text[]
language plpgsql
immutable
set search_path = ''
as $$
begin
  return array(
    select p.phrase
    from continuum.query_terms(q) t
    cross join lateral (
      values (ltrim(array_to_string(t.runs, ' '), '-')), (ltrim(array_to_string(t.words, ' '), '-'))
    ) p (phrase)
    where p.phrase is not null
    group by p.phrase
    order by bool_or(t.excluded), length(p.phrase) desc
    limit 16
  );
end;
$$;

-- The text around a match, ⟦ and ⟧ around its phrases: where the longest of them first stands, or else the
-- first stretch that has one, or the beginning once the deadline has passed.
create function continuum.snippet(value text, phrases text[], deadline timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  stretch constant integer := 1500;
  searched text := left(value, case when clock_timestamp() > deadline then stretch else 200000 end);
  lowered  text;
  phrase   text;
  pattern  text;
  place    integer := 0;
  marked   text;
begin
  searched := replace(replace(searched, E'\x1e', ' '), E'\x1f', ' ');
  -- Kana and Hangul in pieces are put together, since each is found as one character.
  if octet_length(searched) > char_length(searched) and searched ~ '[\u1100-\u11ff\u3099\u309a]' then
    searched := normalize(continuum.stream_safe(searched), nfc);
  end if;
  if char_length(searched) <= stretch then
    marked := continuum.mark_terms(searched, phrases);
  else
    lowered := lower(continuum.plain_text(searched));
    foreach phrase in array phrases loop
      -- Where its first words stand: a longer pattern would take time that nothing bounds.
      pattern := array_to_string((string_to_array(phrase, ' '))[1:4], '[^[:alnum:]]*');
      place := coalesce(
        nullif(regexp_instr(lowered, '\m' || pattern || '\M'), 0), regexp_instr(lowered, pattern)
      );
      continue when place = 0;
      -- Plain text may be longer or shorter, so the place is one of the text itself only nearly.
      place := (place::bigint * char_length(searched) / char_length(lowered))::integer;
      marked := continuum.mark_terms(substr(searched, greatest(1, place - stretch / 2), stretch), phrases);
      exit when marked is not null or clock_timestamp() > deadline;
    end loop;
    for start in 1..char_length(searched) by stretch - 100 loop
      exit when marked is not null or clock_timestamp() > deadline;
      marked := continuum.mark_terms(substr(searched, start, stretch), phrases);
    end loop;
  end if;
  return continuum.shorten(coalesce(marked, left(searched, stretch)));
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
  caller   constant uuid := continuum.require_account();
  query    tsquery;
  phrases  text[];
  answer   text;
begin
  if coalesce(char_length(q) not between 1 and 500, true) then
    perform continuum.raise_invalid('/q', 'Must be 1 to 500 characters.');
  end if;
  query := continuum.search_query(q);
  if query is null then
    return '{"hits":[],"last":null}';
  end if;
  phrases := continuum.marked_phrases(q);

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
            continuum.conversation_json(c, continuum.access_to(c))::json as conversation,
            case when m.seq is not null then json_build_object(
              'seq', m.seq, 'position', m.position, 'role', m.role, 'created_at', m.created_at
            ) end as message,
            continuum.snippet(
              case
                when h.seq is null then c.title
                else continuum.searchable_text(m.content, continuum.as_jsonb(m.parts))
              end, phrases, deadline
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
  continuum.mark_terms,
  continuum.shorten,
  continuum.marked_phrases,
  continuum.snippet,
  public.search_messages
from public, anon, authenticated, service_role;
grant execute on function
  continuum.search_hits,
  continuum.mark_terms,
  continuum.shorten,
  continuum.marked_phrases,
  continuum.snippet,
  public.search_messages
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123090810', 'search');
