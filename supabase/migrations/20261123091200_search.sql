-- search_messages: full-text search over what the caller may read.
-- PostgreSQL's parser takes a run of Japanese, Chinese or Thai for one word, so the characters of
-- scripts without spaces between words are set apart, in the text and in the query alike, and a run
-- of them in a query becomes a phrase. Accents do not count.

create extension if not exists unaccent with schema extensions;

create text search configuration private.search (copy = pg_catalog.simple);
alter text search configuration private.search
  alter mapping for hword, hword_part, word with extensions.unaccent, pg_catalog.simple;

-- The characters of Thai, Lao, Burmese, Khmer, Kana and Han, as a regular expression.
create function private.spaceless()
returns text
language sql
immutable
set search_path = ''
as $$
  select '[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]'
$$;

-- U+001F, which separates words in every locale and is in no text of note, around each of them
-- with the vowel signs and tone marks that it carries.
create function private.set_apart(value text)
returns text
language sql
immutable
set search_path = ''
as $$
  select regexp_replace(
    value,
    '(' || private.spaceless()
      || '[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059\u17b4-\u17d3\u3099\u309a]*)',
    E'\x1f\\1\x1f', 'g'
  )
$$;

-- A run of characters that are set apart is a phrase to websearch_to_tsquery.
create function private.search_query(q text)
returns tsquery
language sql
immutable
set search_path = ''
as $$
  select websearch_to_tsquery('private.search', private.set_apart(q))
$$;

-- The first 200,000 characters: a tsvector holds 1 MB.
alter table public.messages
  add column search_vector tsvector not null generated always as (
    to_tsvector('private.search', private.set_apart(left(content, 200000)))
  ) stored;
comment on column public.messages.search_vector is 'What search looks in.';

create index messages_search_vector_idx on public.messages using gin (search_vector);

-- The best hits after a position, best first. Definer, because under row level security @@ is not
-- leakproof and so can use no index; it asks itself what the policies ask, and its caller reads the
-- messages under the policies again. Planned anew for each query, with the conversations as an
-- array: whether to begin at the word or at them depends on how common it is and how many they are.
create function private.search_hits(
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
    from public.conversations c
    where c.owner_id = (select auth.uid())
      and (c.ttl_seconds is null or private.expires_at(c.updated_at, c.ttl_seconds) > now())
      and (search_hits.archived is null or (c.archived_at is not null) = search_hits.archived)
    union all
    select c.id
    from public.conversations c
    where c.id = any (array(select private.shared_conversations()))
      and (c.ttl_seconds is null or private.expires_at(c.updated_at, c.ttl_seconds) > now())
      and (search_hits.archived is null or (c.archived_at is not null) = search_hits.archived)
  );
begin
  return query
  select h.conversation_id, h.seq, h.id, h.rank
  from (
    select m.conversation_id, m.seq, m.id, ts_rank(m.search_vector, search_hits.query) as rank
    from public.messages m
    where m.search_vector @@ search_hits.query and m.conversation_id = any (readable)
    offset 0
  ) h
  where (h.rank, h.id) < (search_hits.before_rank, search_hits.before_id)
  order by h.rank desc, h.id desc
  limit search_hits.max_hits;
end;
$$;

-- The text around a match, ⟦ and ⟧ around its words. A headline takes a tenth of a second for the
-- longest message, so it is made of the first piece of 5,000 characters that matches, or else has
-- one of the words: a match may lie further apart.
create function private.snippet(content text, query tsquery, q text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  words    constant text[] := tsvector_to_array(to_tsvector('private.search', private.set_apart(q)));
  runs     constant text[] := array(select r[1] from regexp_matches(q, private.spaceless() || '+', 'g') r);
  searched constant text := left(content, 200000);
  piece    text;
  vector   tsvector;
  chosen   text;
begin
  for start in 1..char_length(searched) by 4800 loop
    piece := private.set_apart(substr(searched, start, 5000));
    vector := to_tsvector('private.search', piece);
    if vector @@ query then
      chosen := piece;
      exit;
    elsif chosen is null and tsvector_to_array(vector) && words then
      chosen := piece;
    end if;
  end loop;

  chosen := ts_headline(
    'private.search', chosen, query,
    'StartSel=⟦, StopSel=⟧, MaxFragments=2, MaxWords=30, MinWords=10, ShortWord=0, FragmentDelimiter=" … "'
  );
  chosen := replace(replace(chosen, E'\x1f', ''), '⟧⟦', '');
  -- Of a phrase of single characters each is marked, wherever it stands: only the phrase is meant.
  if cardinality(runs) > 0 then
    chosen := regexp_replace(
      chosen,
      format('⟦(?!%1$s*(?:%2$s))(%1$s+)⟧', private.spaceless(), array_to_string(runs, '|')), '\1', 'g'
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
      c as conversation, m.seq, m.role, m.content, m.created_at, h.rank, h.id,
      row_number() over (order by h.rank desc, h.id desc) as number
    from private.search_hits(
      query, archived,
      coalesce(before_rank, 'infinity'), coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
      capped + 1
    ) h
    join public.messages m on m.conversation_id = h.conversation_id and m.seq = h.seq
    join public.conversations c on c.id = h.conversation_id
  ) p;
  return answer;
end;
$$;
comment on function public.search_messages is 'Full-text search, web-search syntax, best first.';

revoke all on function
  private.spaceless(),
  private.set_apart(text),
  private.search_query(text),
  private.search_hits(tsquery, boolean, real, uuid, integer),
  private.snippet(text, tsquery, text),
  public.search_messages(text, boolean, real, uuid, integer)
from public, anon, authenticated, service_role;
grant execute on function
  private.spaceless(),
  private.set_apart(text),
  private.search_query(text),
  private.search_hits(tsquery, boolean, real, uuid, integer),
  private.snippet(text, tsquery, text),
  public.search_messages(text, boolean, real, uuid, integer)
to authenticated;

insert into public.schema_version (version, description)
values ('20261123091200', 'search_messages');
