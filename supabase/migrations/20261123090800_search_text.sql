-- How search cuts text into words: titles, messages and queries alike, by the functions below and by no
-- parser of PostgreSQL's, which makes one word of a path, a URL or an address.
--
-- A word is a run of letters and digits; in scripts without spaces, and in Hangul, each character is one.
-- What is found of a text: its runs as they stand (signInWithPassword), runs in a row whatever is between
-- them (src/App.tsx:42), and the words inside a run (user of getUserById, 1.2.3 of v1.2.3).

-- Scripts that put no space between words, and Hangul, whose particles are written at the word: for a
-- bracket expression.
create function continuum.spaceless()
returns text
language sql
immutable
set search_path = ''
as $$
  select '\u0e00-\u109f\u1100-\u139f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u30ff\u3105-\u312f'
    || '\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\ua9e0-\ua9ff\uaa60-\uaa7f'
    || '\uac00-\ud7ff\uf900-\ufaff\U00016fe0-\U00018d8f\U0001b000-\U0001b2ff\U00020000-\U0003ffff'
$$;

-- Text with at most 30 combining marks in a row, as the stream-safe format of Unicode (UAX 15) has it; the rest
-- of a longer row is left out. To be put before normalize(), which takes the square of the length of a row and
-- is deaf to statement_timeout: a message of 400 kB would hold a connection for minutes. The two halfwidth
-- voicing signs are no marks, but become some.
create function continuum.stream_safe(value text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  mark constant text := '[' || continuum.marks() || '\uff9e\uff9f]';
begin
  if octet_length(value) = char_length(value) then
    return value;
  end if;
  return regexp_replace(value, format('(%s{30})%s+', mark, mark), '\1', 'g');
end;
$$;

-- Text as it is compared, but in its own case: compatible forms of a character are one (NFKC), the accents
-- and points that readers may leave out are gone, and what nobody sees as well. Marks that spell a word,
-- such as the vowels of Hindi, stay.
create function continuum.plain_text(value text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  left_out constant text := '[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670'
    || '\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0730-\u074a\u08ca-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff'
    || '\u20d0-\u20ff\ufe20-\ufe2f\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f'
    || '\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]+';
  plain text;
begin
  if octet_length(value) = char_length(value) then
    return value;
  end if;
  plain := normalize(continuum.stream_safe(value), nfkd);
  -- Made safe again, because what is left out may have stood between marks.
  plain := continuum.stream_safe(regexp_replace(left(plain, 600000), left_out, '', 'g'));
  plain := translate(
    normalize(plain, nfc),
    'ØøŁłĐđĦħŦŧıẞς٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', 'OoLlDdHhTtißσ01234567890123456789'
  );
  -- NFKD takes the sara am of Thai and Lao apart, and nothing puts it together again.
  plain := replace(replace(plain, U&'\0e4d\0e32', U&'\0e33'), U&'\0ecd\0eb2', U&'\0eb3');
  plain := replace(replace(replace(plain, 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe');
  return replace(replace(plain, 'Æ', 'AE'), 'Œ', 'OE');
end;
$$;

-- The runs of a plain text, in order. A run is cut at 255 characters, for a lexeme must not have 2 kB. One
-- that is written as a command's option keeps its dash: -rf.
create function continuum.runs_of(plain text)
returns text[]
language plpgsql
immutable
set search_path = ''
as $$
declare
  -- replace() and not translate(), which takes ten times as long.
  apart text := lower(replace(plain, E'\x1f', ' '));
begin
  if strpos(apart, '-') > 0 then
    apart := regexp_replace(apart, '(^|[^[:alnum:]-])-(?=[[:alpha:]])', E'\\1 \x1f', 'g');
  end if;
  if octet_length(apart) = char_length(apart) then
    apart := regexp_replace(apart, '[^a-z0-9\u001f]+', ' ', 'g');
  else
    apart := regexp_replace(
      regexp_replace(apart, '[^[:alnum:]\u001f' || continuum.marks() || ']+', ' ', 'g'),
      '[' || continuum.spaceless() || ']', ' \& ', 'g'
    );
  end if;
  return array_remove(array_remove(string_to_array(replace(apart, E'\x1f', '-'), ' '), ''), '-');
end;
$$;

-- A plain text with U+001F between the words inside a run: get User By Id, HTTP Server, GPT 4, 1.2.3 rc 1, 10 ms.
create function continuum.split_runs(plain text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return regexp_replace(
    regexp_replace(
      regexp_replace(
        regexp_replace(
          plain, '(^|[^[:alnum:]])([[:digit:]]+)(?=[[:lower:]]{1,5}[[:digit:]]*([^[:alnum:]]|$))', E'\\1\\2\x1f', 'g'
        ),
        '([[:lower:][:digit:]])(?=[[:upper:]])', E'\\1\x1f', 'g'
      ),
      '([[:upper:]])(?=[[:upper:]][[:lower:]])', E'\\1\x1f', 'g'
    ),
    '([[:alpha:]])(?=[[:digit:]]+([^[:alnum:]]|$))', E'\\1\x1f', 'g'
  );
end;
$$;

-- Names, paths and versions of a plain text that have words inside a run, split into them. A \n that is
-- written as two characters, as in JSON inside of a text, splits as well.
create function continuum.split_names(plain text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  inside constant text := '[[:lower:][:digit:]][[:upper:]]|[[:upper:]]{2}[[:lower:]]|[[:alpha:]][[:digit:]]'
    || '|[[:digit:]][[:lower:]]|\\[nrt]';
begin
  if plain !~ inside then
    return '';
  end if;
  return (
    select regexp_replace(continuum.split_runs(string_agg(m[1], ' ')), '\\[nrt]', ' ', 'g')
    from (
      select distinct n.m
      from regexp_matches(
        plain, format('[[:alnum:]_.:/@\\-]*(?:%s)[[:alnum:]_.:/@\\-]*', inside), 'g'
      ) n (m)
      where length(n.m[1]) <= 200
    ) s
  );
end;
$$;

-- The words of a plain text that are written with the escapes of JSON, as Python does by default, without them:
-- caf\u00e9 and \u6771\u4eac.
create function continuum.unescaped_words(plain text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  escape constant text := '(?:\\u(?!0000|[dD][89a-fA-F])[0-9a-fA-F]{4}|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})';
begin
  if strpos(plain, '\u') = 0 then
    return '';
  end if;
  return (
    select coalesce(continuum.plain_text(string_agg(('"' || w.m[1] || '"')::jsonb #>> '{}', ' ')), '')
    from regexp_matches(plain, format('((?:[[:alnum:]]*%s)+[[:alnum:]]*)', escape), 'g') w (m)
  );
end;
$$;

-- What of a message is searched: its content and the strings in its parts, whatever their provider calls
-- them, but for names of things, references and encoded bytes. Without a terminal's colours. In what a tool was
-- given and gave back only ids, types and encoded bytes are left out: a format or a status is what was asked for.
create function continuum.searchable_text(content text, document jsonb)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  max_length constant integer := 200000;
  unnamed    constant text := '(^|_)(ids?|type|role|signature|status|state|format|detail|encoding|media_?type|mime)$'
    || '|[a-z](Ids?|Signature|Type)$|^(mimetype|index|object|encrypted.*|(thought_?|reasoning_?)signature)$';
  unnamed_in_data constant text := '(^|_)ids?$|[a-z](Ids?|Signature)$|^(type|mime_?type|media_?type)$|signature$|^encrypted';
  bytes      constant text := '^(data|bytes|blob|b64_json|base64|file_data|image_url|image|audio|url|uri|redacted.*)$';
  data       constant text := '^(input|args|arguments|parameters|action|operation|outputs?|results?|response|json'
    || '|structured_?content|raw_?input|raw_?output|tool_(input|kwargs))$';
  searched   text := content;
begin
  if document is not null and document <> '[]' and coalesce(char_length(content), 0) < max_length then
    -- A recursive query, because a JSON path takes ten times as long to return many strings.
    searched := concat_ws(E'\n', content, (
      with recursive walk (value, kind, key, is_data) as (
        select document, 'array', '', false
        union all
        select
          n.value, jsonb_typeof(n.value), n.key,
          w.is_data or jsonb_typeof(n.value) <> 'string' and n.key <> '' and n.key ~* data
        from walk w
        cross join lateral (
          select m.value, m.key from jsonb_each(case when w.kind = 'object' then w.value end) m
          union all
          select e.value, '' from jsonb_array_elements(case when w.kind = 'array' then w.value end) e
        ) n
        where w.kind in ('array', 'object') and jsonb_typeof(n.value) in ('array', 'object', 'string')
      )
      select string_agg(s.value, E'\n')
      from (select w.key, w.is_data, w.value #>> '{}' as value from walk w where w.kind = 'string' offset 0) s
      where (s.key = '' or case when s.is_data then s.key !~* unnamed_in_data else s.key !~* unnamed end)
        and (left(s.value, 5) <> 'data:' or left(s.value, 200) !~ '^data:([a-z]+/[^ ,;]+|[^ ,]*;base64)[^ ,]*,')
        and not (
          s.key <> '' and s.key ~* bytes and s.value ~ '^[A-Za-z0-9+/_=-]+$'
          and not (s.is_data and char_length(s.value) < 64)
        )
        and not (char_length(s.value) > 200 and s.value ~ '^[A-Za-z0-9+/_=\r\n-]+$')
    ));
  end if;
  searched := left(coalesce(searched, ''), max_length);
  if strpos(searched, E'\x1b') > 0 then
    searched := regexp_replace(searched, '\x1b\[[0-9;?]*[A-Za-z]', ' ', 'g');
  end if;
  return searched;
end;
$$;

-- The index of a text: its runs, and after them the words inside. What a tsvector cannot hold is indexed
-- less: words past its 1 MB are left out, and the 16,383 positions that it has are given out again.
create function continuum.search_vector(content text, document jsonb)
returns tsvector
language plpgsql
immutable
set search_path = ''
as $$
declare
  plain constant text   := continuum.plain_text(continuum.searchable_text(content, document));
  runs  constant text[] := continuum.runs_of(plain);
  names constant text   := concat_ws(' ', nullif(continuum.split_names(plain), ''), nullif(continuum.unescaped_words(plain), ''));
  words constant text[] := case when names = '' then runs else runs || ''::text || continuum.runs_of(names) end;
  has_options constant boolean := strpos(plain, '-') > 0;
begin
  -- So short that it fits, whatever its words are: the common case, at a third of the cost.
  if 2 * octet_length(plain) + 8 * cardinality(words) < 1000000 then
    return (
      select coalesce(string_agg(
        case
          when has_options and r.run like '-%'
            then left(ltrim(r.run, '-'), 255) || ':' || r.at || ' ' || left(r.run, 255) || ':' || r.at
          else left(r.run, 255) || ':' || r.at
        end, ' '
      ) filter (where r.run <> ''), '')::tsvector
      from (
        select w.run, ((w.place - 1) % 16383 + 1)::integer as at from unnest(words) with ordinality w (run, place)
      ) r
    );
  end if;
  return (
    select coalesce(string_agg(f.word || ':' || f.places, ' '), '')::tsvector
    from (
      select
        w.word, string_agg(((w.place - 1) % 16383 + 1)::text, ',') as places,
        sum(octet_length(w.word) + 4 + 2 * least(count(*), 256)) over (order by min(w.place)) as size
      from (
        select left(ltrim(r.run, '-'), 255) collate "C" as word, r.place
        from unnest(words) with ordinality r (run, place)
        union all
        select left(r.run, 255), r.place
        from unnest(words) with ordinality r (run, place)
        where r.run like '-%'
      ) w
      where w.word <> ''
      group by w.word
    ) f
    where f.size < 1000000
  );
end;
$$;

-- Whose a row is, as lexemes that no text can hold: a search asks the index for a word and an owner at
-- once, and what others have written costs nothing.
create function continuum.scope_vector(owner_id uuid, conversation_id uuid)
returns tsvector
language plpgsql
immutable
set search_path = ''
as $$
begin
  return array_to_tsvector(array['owner:' || owner_id, 'conversation:' || conversation_id]);
end;
$$;

-- The terms of a query, "phrases" included: the alternative that each is in, whether it is excluded, its runs
-- and, if there are words inside them, all of its words.
create function continuum.query_terms(q text)
returns table (alternative integer, excluded boolean, runs text[], words text[])
language plpgsql
immutable
set search_path = ''
as $$
declare
  max_runs constant integer := 64;
  term     text;
  is_first boolean := true;
begin
  alternative := 0;
  for term in select m[1] from regexp_matches(continuum.plain_text(q), '(-?"[^"]*"?|\S+)', 'g') m loop
    -- A dash before a word says "not", but not at the start, where nothing is there to exclude from: -rf.
    excluded := term ~ '^-["[:alpha:]]' and not is_first;
    is_first := false;
    if lower(term) = 'or' then
      alternative := alternative + 1;
      continue;
    end if;
    -- What matches that many runs of a phrase is found, for each run more costs time in every match.
    runs := array(select left(r, 255) from unnest((continuum.runs_of(term))[:max_runs]) r);
    continue when runs = '{}';
    words := array(select left(r, 255) from unnest((continuum.runs_of(continuum.split_runs(term)))[:max_runs]) r);
    words := nullif(words, runs);
    return next;
  end loop;
end;
$$;

-- A query as PostgreSQL asks it. A term of several runs is a phrase. Exclusion with -rf is of texts with the
-- word rf, but not of those that have it written so: "rm -rf" finds itself. Null if nothing is looked for.
create function continuum.search_query(q text)
returns tsquery
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    with terms as (
      select
        t.alternative, t.excluded,
        '''' || array_to_string(t.runs, ''' <-> ''') || '''' as written,
        '(''' || ltrim(array_to_string(t.runs, ''' <-> '''), '-') || ''''
          || coalesce(' | ''' || ltrim(array_to_string(t.words, ''' <-> '''), '-') || '''', '') || ')' as found,
        t.runs[1] like '-%' as is_option
      from continuum.query_terms(q) t
    ), alternatives as (
      select
        coalesce(
          string_agg(
            distinct case when t.is_option then '(' || t.found || ' | ' || t.written || ')' else t.found end, ' & '
          ) filter (where not t.excluded)
            || coalesce(string_agg(
              distinct ' & (!' || t.found || case when t.is_option then ' | ' || t.written else '' end || ')', ''
            ) filter (where t.excluded), ''),
          string_agg(distinct t.written, ' & ') filter (where t.is_option)
        ) as query
      from terms t
      group by t.alternative
    )
    select string_agg(distinct '(' || a.query || ')', ' | ')::tsquery from alternatives a
  );
end;
$$;

revoke all on function
  continuum.spaceless,
  continuum.stream_safe,
  continuum.plain_text,
  continuum.runs_of,
  continuum.split_runs,
  continuum.split_names,
  continuum.unescaped_words,
  continuum.searchable_text,
  continuum.search_vector,
  continuum.scope_vector,
  continuum.query_terms,
  continuum.search_query
from public, anon, authenticated, service_role;
grant execute on function
  continuum.spaceless,
  continuum.stream_safe,
  continuum.plain_text,
  continuum.runs_of,
  continuum.split_runs,
  continuum.split_names,
  continuum.unescaped_words,
  continuum.searchable_text,
  continuum.search_vector,
  continuum.scope_vector,
  continuum.query_terms,
  continuum.search_query
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123090800', 'search text');
