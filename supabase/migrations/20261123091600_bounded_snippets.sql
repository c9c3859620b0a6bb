-- Snippets of long messages: looked for where the words are, and within a bound of time. Going
-- through a message of 200,000 characters piece by piece takes 50 ms, and a page may have 100.

-- A piece of a message that matches the query, or else one that has a word of it, or else its
-- beginning; set apart. Looks where the phrases, runs and words of q first stand, then everywhere,
-- until the statement has taken two seconds. Volatile because of that.
create function private.matching_piece(content text, query tsquery, q text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  piece_size constant integer := 5000;
  deadline   constant timestamptz := statement_timestamp() + interval '2 seconds';
  folded_q   constant text := lower(extensions.unaccent(q));
  words      constant text[] := tsvector_to_array(to_tsvector('private.search', private.set_apart(q)));
  searched   constant text := left(content, 200000);
  folded     text;
  candidate  text;
  position   integer;
  piece      text;
  vector     tsvector;
  fallback   text;
begin
  if char_length(searched) <= piece_size then
    return private.set_apart(searched);
  end if;

  -- Folding may change the length, so a position is one of the text itself only nearly: hence the
  -- room before it, and the look at what the piece has.
  folded := lower(extensions.unaccent(searched));
  for candidate in
    select c.value from (
      select 1 as kind, r[1] as value from regexp_matches(folded_q, '"([^"]+)"', 'g') r
      union all
      select 2, r[1] from regexp_matches(folded_q, private.spaceless() || '+', 'g') r
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
    piece := private.set_apart(substr(searched, greatest(1, position - 1000), piece_size));
    vector := to_tsvector('private.search', piece);
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
    piece := private.set_apart(substr(searched, start, piece_size));
    vector := to_tsvector('private.search', piece);
    if vector @@ query then
      return piece;
    elsif fallback is null and tsvector_to_array(vector) && words then
      fallback := piece;
    end if;
  end loop;
  return coalesce(fallback, private.set_apart(left(searched, piece_size)));
end;
$$;

-- A query for any of the words of q: what to mark where they stand too far apart for one piece.
create function private.any_word(q text)
returns tsquery
language sql
stable
set search_path = ''
as $$
  select string_agg(
    '''' || replace(replace(w, '\', '\\'), '''', '''''') || '''', ' | '
  )::tsquery
  from unnest(tsvector_to_array(to_tsvector('private.search', private.set_apart(q)))) w
$$;

-- The text around a match, ⟦ and ⟧ around its words.
create or replace function private.snippet(content text, query tsquery, q text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  runs   constant text[] := array(select r[1] from regexp_matches(q, private.spaceless() || '+', 'g') r);
  piece  constant text := private.matching_piece(content, query, q);
  chosen text := ts_headline(
    'private.search', piece,
    case when to_tsvector('private.search', piece) @@ query then query else private.any_word(q) end,
    'StartSel=⟦, StopSel=⟧, MaxFragments=2, MaxWords=30, MinWords=10, ShortWord=0, FragmentDelimiter=" … "'
  );
begin
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

revoke all on function
  private.matching_piece(text, tsquery, text),
  private.any_word(text)
from public, anon, authenticated, service_role;
grant execute on function
  private.matching_piece(text, tsquery, text),
  private.any_word(text)
to authenticated;

insert into public.schema_version (version, description)
values ('20261123091600', 'snippets of long messages within a bound of time');
