-- How text becomes what search looks in, and a query becomes what it looks for: both are cut into words by
-- the same function, so whatever is stored is found as it stands and by each of its parts.

-- Without what readers do not type: terminal escapes, accents and points, invisible characters, and the
-- difference between compatible forms of a character.
create function continuum.plain_text(value text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  if value ~ '^[\x09\x0a\x0d\x20-\x7e]*$' then
    return value;
  end if;
  return normalize(regexp_replace(
    normalize(regexp_replace(normalize(value, nfkc), '\x1b\[[0-9;]*[A-Za-z]', ' ', 'g'), nfd),
    '[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u20d0-\u20ff\ufe00-\ufe0f]',
    '', 'g'
  ), nfc);
end;
$$;

-- The characters of scripts that put no space between words, and Hangul, whose words carry their particles:
-- each is a word.
create function continuum.spaceless()
returns text
language sql
immutable
set search_path = ''
as $$
  select '\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1100-\u11ff\u1200-\u137f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff'
$$;

-- Plain text as words with a space between them: runs of letters and digits, in lower case. A version's v
-- stands apart from its number.
create function continuum.words(plain text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  cut text := regexp_replace(
    regexp_replace(lower(plain), '\mv([0-9])', 'v \1', 'g'),
    '[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\xbf\xd7\xf7\u0f04-\u0f14\u104a-\u104f\u1361-\u1368\u17d4-\u17da\u2010-\u206f\u2190-\u2bff\u3000-\u3004\u3008-\u3020\u30fb\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]+',
    ' ', 'g'
  );
begin
  if cut ~ '^[\x20-\x7f]*$' then
    return cut;
  end if;
  return regexp_replace(cut, '([' || continuum.spaceless() || '])', ' \1 ', 'g');
end;
$$;

-- The words of camelCase names: getUserById, HTTPServer.
create function continuum.camel_words(plain text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  if plain !~ '[[:lower:][:digit:]][[:upper:]]|[[:upper:]]{2}[[:lower:]]' then
    return '';
  end if;
  return (
    select coalesce(string_agg(
      regexp_replace(
        regexp_replace(m[1], '([[:lower:][:digit:]])([[:upper:]])', '\1 \2', 'g'),
        '([[:upper:]])([[:upper:]][[:lower:]])', '\1 \2', 'g'
      ), ' '
    ), '')
    from regexp_matches(
      plain, '([[:alpha:]][[:alnum:]]*(?:[[:lower:][:digit:]][[:upper:]]|[[:upper:]]{2}[[:lower:]])[[:alnum:]]*)', 'g'
    ) m
  );
end;
$$;

-- What of a message is searched: its content and the strings in its parts, whatever their provider calls
-- them, but for names of things, references and encoded bytes.
create function continuum.searchable_text(content text, document jsonb)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  if document is null or document = '[]' then
    return left(coalesce(content, ''), 200000);
  end if;
  return left(concat_ws(E'\n', content, (
    select string_agg(s.value, E'\n')
    from (
      select v.pair ->> 'value' as value
      from jsonb_path_query(
        document, 'strict $.** ? (@.type() == "object").keyvalue() ? (@.value.type() == "string")'
      ) v (pair)
      where v.pair ->> 'key' !~* '(^|_)(id|ids|type|role|data|bytes|blob|signature|status|state|format|detail|mime|encoding)$|[a-z](Id|Signature|Type)$|^(mime_?type|media_?type|encrypted.*|index|file_data|image_url)$'
      union all
      select e.item #>> '{}'
      from jsonb_path_query(
        document, 'strict $.** ? (@.type() == "array")[*] ? (@.type() == "string")'
      ) e (item)
    ) s
    where s.value !~ '^data:' and not (length(s.value) > 200 and s.value ~ '^[A-Za-z0-9+/_=\r\n-]+$')
  )), 200000);
end;
$$;

-- The index of a text. A text whose words a tsvector cannot hold (1 MB) is indexed by its beginning.
create function continuum.search_vector(content text, document jsonb)
returns tsvector
language plpgsql
immutable
set search_path = ''
as $$
declare
  plain text := continuum.plain_text(continuum.searchable_text(content, document));
begin
  loop
    begin
      return to_tsvector('pg_catalog.simple', continuum.words(plain))
        || to_tsvector('pg_catalog.simple', continuum.words(continuum.camel_words(plain)));
    exception when program_limit_exceeded then
      plain := left(plain, char_length(plain) / 2);
    end;
  end loop;
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

-- The terms of a query: words and "phrases", whether each is excluded, and the alternative that it is in.
create function continuum.query_terms(q text)
returns table (alternative integer, excluded boolean, words text)
language plpgsql
immutable
set search_path = ''
as $$
declare
  term     text;
  is_first boolean := true;
begin
  alternative := 0;
  for term in
    select m[1] from regexp_matches(continuum.plain_text(left(q, 500)), '(-?"[^"]*(?:"|$)|\S+)', 'g') m
  loop
    -- A dash before a word says "not", but not at the start, where nothing is there to exclude from: -rf.
    excluded := term ~ '^-["[:alpha:]]' and not is_first;
    is_first := false;
    if lower(term) = 'or' then
      alternative := alternative + 1;
      continue;
    end if;
    words := btrim(continuum.words(term));
    continue when words = '';
    return next;
  end loop;
end;
$$;

-- A query as PostgreSQL asks it: terms of several words are phrases. Null if there is nothing to look for.
create function continuum.search_query(q text)
returns tsquery
language plpgsql
immutable
set search_path = ''
as $$
declare
  wanted text;
begin
  select string_agg('(' || a.query || ')', ' | ') into wanted
  from (
    select string_agg(
      case when t.excluded then '!' else '' end
        || '(' || phraseto_tsquery('pg_catalog.simple', t.words)::text || ')', ' & '
    ) as query
    from continuum.query_terms(q) t
    where numnode(phraseto_tsquery('pg_catalog.simple', t.words)) > 0
    group by t.alternative
    having bool_or(not t.excluded)
  ) a;
  return wanted::tsquery;
end;
$$;

revoke all on function
  continuum.plain_text,
  continuum.spaceless,
  continuum.words,
  continuum.camel_words,
  continuum.searchable_text,
  continuum.search_vector,
  continuum.scope_vector,
  continuum.query_terms,
  continuum.search_query
from public, anon, authenticated, service_role;
grant execute on function
  continuum.plain_text,
  continuum.spaceless,
  continuum.words,
  continuum.camel_words,
  continuum.searchable_text,
  continuum.search_vector,
  continuum.scope_vector,
  continuum.query_terms,
  continuum.search_query
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123090800', 'search text');
