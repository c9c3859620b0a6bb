-- The ground everything else stands on: the schema that the Data API does not expose, the one way to
-- raise an error of the API, the bounds of every JSON document that a client sends, and the record of
-- which migrations a database has.

-- Tables, types and helpers live in "continuum": reachable from SQL, not over HTTP. The schema "public"
-- holds the API's SQL functions and nothing else of ours.
create schema continuum;

comment on schema continuum is 'Tables, types and helpers of Continuum. Never add it to the exposed schemas.';
revoke all on schema continuum from public;
grant usage on schema continuum to authenticated, service_role;

create table continuum.schema_version (
  version     text        primary key check (version ~ '^[0-9]{14}$'),
  description text        not null,
  applied_at  timestamptz not null default now()
);

comment on table continuum.schema_version is 'One row a migration; the health route reports the newest.';

-- Rules of a single value are domains and not check constraints: PostgreSQL keeps a domain's rule compiled
-- for a session, and reads a table's anew for each statement, which took a quarter of the time of an append.

-- The API counts the 64 KiB of compact JSON; jsonb's own text has spaces, hence the margin.
create domain continuum.metadata as jsonb
  constraint metadata_is_small_object check (jsonb_typeof(value) = 'object' and octet_length(value::text) <= 131072);

create domain continuum.sha256 as bytea
  constraint sha256_has_32_bytes check (octet_length(value) = 32);

create domain continuum.byte_count as bigint
  constraint byte_count_is_not_negative check (value >= 0);

-- An error that the API answers as it is. The functions know it by its SQLSTATE and render the
-- code from their catalogue; extension is what the problem says besides ({"last_seq": 41}).
-- PT400 and no class of our own: the Data API answers PTxyz with HTTP status xyz, and passes
-- message and detail on.
create function continuum.raise_problem(code text, extension jsonb default '{}')
returns void
language plpgsql
set search_path = ''
as $$
begin
  raise exception using errcode = 'PT400', message = code, detail = extension::text;
end;
$$;

-- A rule that the request breaks, and where: an RFC 6901 pointer into it.
create function continuum.raise_invalid(pointer text, detail text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform continuum.raise_problem('validation_failed', jsonb_build_object(
    'errors', jsonb_build_array(jsonb_build_object('pointer', pointer, 'detail', detail))
  ));
end;
$$;

-- Whether a number of the document is too large for numeric, and so for jsonb. Text that only
-- looks like one, such as e1234 in an id, is ruled out by a second look that ignores the contents of strings.
create function continuum.has_huge_number(document text)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
declare
  huge constant text := '[eE][-+]?[0-9]{4,}|[0-9]{255}[0-9]{255}';
begin
  return document ~ huge and regexp_replace(document, '"(?:[^"\\]|\\.)*"', '', 'g') ~ huge;
end;
$$;

-- The document for looking into: numbers that jsonb cannot hold lose their exponent or digits, and all
-- else is as it was. What is stored and answered is the document itself.
create function continuum.as_jsonb(document json)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  if continuum.has_huge_number(document::text) then
    return regexp_replace(
      document::text,
      '("(?:[^"\\]|\\.)*")|[eE][-+]?[0-9]{4,}|([0-9])[0-9]{255}[0-9]{255}[0-9]*', '\1\2', 'g'
    )::jsonb;
  end if;
  return document::jsonb;
end;
$$;

-- Whether a document has more than 100 levels.
create function continuum.is_deep(document text)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return jsonb_path_exists(
    continuum.as_jsonb(document::json), 'strict $.**{100} ? (@.type() == "array" || @.type() == "object")'
  );
exception
  -- So deep that PostgreSQL's own parser gives up.
  when statement_too_complex then
    return true;
end;
$$;

-- A document from a client within its bounds: bytes, levels and values. Levels count from the document's
-- root. Commas and brackets in text count first, which is cheap and never too few. Returns the document, as
-- an assignment costs a tenth of what PERFORM does.
create function continuum.bounded(document text, max_bytes integer)
returns json
language plpgsql
immutable
set search_path = ''
as $$
declare
  max_levels constant integer := 100;
  max_values constant integer := 200000;
  -- replace() looks for a byte, translate() compares each character.
  brackets   constant integer :=
    2 * length(document) - length(replace(document, '[', '')) - length(replace(document, '{', ''));
  outside    text;
begin
  if octet_length(document) > max_bytes then
    perform continuum.raise_problem('body_too_large', jsonb_build_object('max_bytes', max_bytes));
  end if;
  if brackets > max_levels and continuum.is_deep(document) then
    perform continuum.raise_invalid('', 'Must not be nested deeper than 100 levels.');
  end if;
  if brackets + length(document) - length(replace(document, ',', '')) >= max_values then
    outside := regexp_replace(document, '"(?:[^"\\]|\\.)*"', '', 'g');
    if length(outside) - length(translate(outside, '[{,', '')) >= max_values then
      perform continuum.raise_invalid('', 'Must not hold more than 200,000 values.');
    end if;
  end if;
  return document::json;
end;
$$;

-- Metadata as it is stored: an object of up to 64 KiB, without numbers that jsonb would not hold.
create function continuum.as_metadata(document text, pointer text)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  if document is null or json_typeof(continuum.bounded(document, 262144)) = 'null' then
    return '{}';
  end if;
  if json_typeof(document::json) <> 'object' then
    perform continuum.raise_invalid(pointer, 'Must be a JSON object.');
  end if;
  if continuum.has_huge_number(document) then
    perform continuum.raise_invalid(pointer, 'A number is too large to be stored; send it as a string.');
  end if;
  if continuum.json_bytes(document::jsonb) > 65536 then
    perform continuum.raise_invalid(pointer, 'Must be at most 64 KiB of JSON.');
  end if;
  return document::jsonb;
end;
$$;

-- The bytes of a value as compact JSON, which the API counts: jsonb's own text has a space after
-- every comma and colon, which are the spaces outside of strings.
create function continuum.json_bytes(value jsonb)
returns integer
language plpgsql
immutable
set search_path = ''
as $$
begin
  if octet_length(value::text) <= 65536 then
    return octet_length(value::text);
  end if;
  return octet_length(value::text)
    - regexp_count(regexp_replace(value::text, '"(?:[^"\\]|\\.)*"', '', 'g'), ' ');
end;
$$;

create function continuum.as_uuid(value text)
returns uuid
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case
    when value ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then value::uuid
  end;
end;
$$;

-- The caller, who must have an account: a token stays valid when its account is deleted. Definer,
-- because auth.users shows its rows to nobody; it tells nothing but that the caller is there.
create function continuum.require_account()
returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  caller constant uuid := auth.uid();
begin
  if not exists (select 1 from auth.users u where u.id = caller) then
    perform continuum.raise_problem('invalid_token');
  end if;
  return caller;
end;
$$;

-- Work that grows with a conversation, one at a time a user: others wait for their own and for nobody
-- else's.
create function continuum.begin_bulk()
returns void
language plpgsql
set search_path = ''
as $$
begin
  if not pg_try_advisory_xact_lock(hashtextextended('continuum.bulk ' || auth.uid(), 0)) then
    perform continuum.raise_problem('rate_limited', '{"detail": "Another bulk operation of yours is running."}');
  end if;
end;
$$;

-- Unicode's combining marks (general category M, Unicode 16), for a bracket expression.
create function continuum.marks()
returns text
language sql
immutable
set search_path = ''
as $$
  select '\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1-\u05c2\u05c4-\u05c5\u05c7\u0610-\u061a'
    || '\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7-\u06e8\u06ea-\u06ed\u0711\u0730-\u074a'
    || '\u07a6-\u07b0\u07eb-\u07f3\u07fd\u0816-\u0819\u081b-\u0823\u0825-\u0827\u0829-\u082d\u0859-\u085b'
    || '\u0897-\u089f\u08ca-\u08e1\u08e3-\u0903\u093a-\u093c\u093e-\u094f\u0951-\u0957\u0962-\u0963'
    || '\u0981-\u0983\u09bc\u09be-\u09cd\u09d7\u09e2-\u09e3\u09fe-\u0a03\u0a3c-\u0a51\u0a70-\u0a71\u0a75'
    || '\u0a81-\u0a83\u0abc\u0abe-\u0acd\u0ae2-\u0ae3\u0afa-\u0b03\u0b3c\u0b3e-\u0b57\u0b62-\u0b63\u0b82'
    || '\u0bbe-\u0bcd\u0bd7\u0c00-\u0c04\u0c3c\u0c3e-\u0c56\u0c62-\u0c63\u0c81-\u0c83\u0cbc\u0cbe-\u0cd6'
    || '\u0ce2-\u0ce3\u0cf3-\u0d03\u0d3b-\u0d3c\u0d3e-\u0d4d\u0d57\u0d62-\u0d63\u0d81-\u0d83\u0dca-\u0ddf'
    || '\u0df2-\u0df3\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u0f18-\u0f19\u0f35'
    || '\u0f37\u0f39\u0f3e-\u0f3f\u0f71-\u0f84\u0f86-\u0f87\u0f8d-\u0fbc\u0fc6\u102b-\u103e\u1056-\u1059'
    || '\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u108f\u109a-\u109d\u135d-\u135f'
    || '\u1712-\u1715\u1732-\u1734\u1752-\u1753\u1772-\u1773\u17b4-\u17d3\u17dd\u180b-\u180d\u180f'
    || '\u1885-\u1886\u18a9\u1920-\u193b\u1a17-\u1a1b\u1a55-\u1a7f\u1ab0-\u1b04\u1b34-\u1b44\u1b6b-\u1b73'
    || '\u1b80-\u1b82\u1ba1-\u1bad\u1be6-\u1bf3\u1c24-\u1c37\u1cd0-\u1cd2\u1cd4-\u1ce8\u1ced\u1cf4'
    || '\u1cf7-\u1cf9\u1dc0-\u1dff\u20d0-\u20f0\u2cef-\u2cf1\u2d7f\u2de0-\u2dff\u302a-\u302f\u3099-\u309a'
    || '\ua66f-\ua672\ua674-\ua67d\ua69e-\ua69f\ua6f0-\ua6f1\ua802\ua806\ua80b\ua823-\ua827\ua82c'
    || '\ua880-\ua881\ua8b4-\ua8c5\ua8e0-\ua8f1\ua8ff\ua926-\ua92d\ua947-\ua953\ua980-\ua983\ua9b3-\ua9c0'
    || '\ua9e5\uaa29-\uaa36\uaa43\uaa4c-\uaa4d\uaa7b-\uaa7d\uaab0\uaab2-\uaab4\uaab7-\uaab8\uaabe-\uaabf'
    || '\uaac1\uaaeb-\uaaef\uaaf5-\uaaf6\uabe3-\uabea\uabec-\uabed\ufb1e\ufe00-\ufe0f\ufe20-\ufe2f\U000101fd'
    || '\U000102e0\U00010376-\U0001037a\U00010a01-\U00010a0f\U00010a38-\U00010a3f\U00010ae5-\U00010ae6'
    || '\U00010d24-\U00010d27\U00010d69-\U00010d6d\U00010eab-\U00010eac\U00010efa-\U00010eff'
    || '\U00010f46-\U00010f50\U00010f82-\U00010f85\U00011000-\U00011002\U00011038-\U00011046\U00011070'
    || '\U00011073-\U00011074\U0001107f-\U00011082\U000110b0-\U000110ba\U000110c2\U00011100-\U00011102'
    || '\U00011127-\U00011134\U00011145-\U00011146\U00011173\U00011180-\U00011182\U000111b3-\U000111c0'
    || '\U000111c9-\U000111cc\U000111ce-\U000111cf\U0001122c-\U00011237\U0001123e\U00011241'
    || '\U000112df-\U000112ea\U00011300-\U00011303\U0001133b-\U0001133c\U0001133e-\U0001134d\U00011357'
    || '\U00011362-\U00011374\U000113b8-\U000113d0\U000113d2\U000113e1-\U000113e2\U00011435-\U00011446'
    || '\U0001145e\U000114b0-\U000114c3\U000115af-\U000115c0\U000115dc-\U000115dd\U00011630-\U00011640'
    || '\U000116ab-\U000116b7\U0001171d-\U0001172b\U0001182c-\U0001183a\U00011930-\U0001193e\U00011940'
    || '\U00011942-\U00011943\U000119d1-\U000119e0\U000119e4\U00011a01-\U00011a0a\U00011a33-\U00011a39'
    || '\U00011a3b-\U00011a3e\U00011a47\U00011a51-\U00011a5b\U00011a8a-\U00011a99\U00011b60-\U00011b67'
    || '\U00011c2f-\U00011c3f\U00011c92-\U00011cb6\U00011d31-\U00011d45\U00011d47\U00011d8a-\U00011d97'
    || '\U00011ef3-\U00011ef6\U00011f00-\U00011f01\U00011f03\U00011f34-\U00011f42\U00011f5a\U00013440'
    || '\U00013447-\U00013455\U0001611e-\U0001612f\U00016af0-\U00016af4\U00016b30-\U00016b36\U00016f4f'
    || '\U00016f51-\U00016f92\U00016fe4-\U00016ff1\U0001bc9d-\U0001bc9e\U0001cf00-\U0001cf46'
    || '\U0001d165-\U0001d169\U0001d16d-\U0001d172\U0001d17b-\U0001d182\U0001d185-\U0001d18b'
    || '\U0001d1aa-\U0001d1ad\U0001d242-\U0001d244\U0001da00-\U0001da36\U0001da3b-\U0001da6c\U0001da75'
    || '\U0001da84\U0001da9b-\U0001daaf\U0001e000-\U0001e02a\U0001e08f\U0001e130-\U0001e136\U0001e2ae'
    || '\U0001e2ec-\U0001e2ef\U0001e4ec-\U0001e4ef\U0001e5ee-\U0001e5ef\U0001e6e3\U0001e6e6'
    || '\U0001e6ee-\U0001e6ef\U0001e6f5\U0001e8d0-\U0001e8d6\U0001e944-\U0001e94a\U000e0100-\U000e01ef'
$$;

-- The first characters of a text as readers count them: no mark, joiner or modifier is cut off its base, no
-- vowel or final off a Hangul syllable that was decomposed, no consonant off an Indic conjunct. At most 180
-- code points, whatever is piled up on one letter.
create function continuum.first_graphemes(value text, number integer)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  extending constant text := '[' || continuum.marks()
    || '\u200c\u0e33\u0eb3\u1160-\u11ff\ud7b0-\ud7ff\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]';
  conjunct  constant text := '[\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d]\u200d?[\u0904-\u0d7f]';
begin
  if value ~ '^[\u0020-\u007e]*$' then
    return left(value, number);
  end if;
  return left(substring(
    value from format(
      '^(?:(?:[\U0001f1e6-\U0001f1ff]{2}|.)(?:%s|%s|\u200d.)*){1,%s}', conjunct, extending, number
    )
  ), 180);
end;
$$;

-- What health reports. The newest migration is told to holders of the secret key alone.
create function public.read_health()
returns text
language sql
stable
security invoker
set search_path = ''
as $$
  select json_build_object('schema_version', max(v.version))::text from continuum.schema_version v
$$;

revoke all on function
  continuum.raise_problem,
  continuum.raise_invalid,
  continuum.has_huge_number,
  continuum.as_jsonb,
  continuum.is_deep,
  continuum.bounded,
  continuum.as_metadata,
  continuum.json_bytes,
  continuum.as_uuid,
  continuum.require_account,
  continuum.begin_bulk,
  continuum.marks,
  continuum.first_graphemes,
  public.read_health
from public, anon, authenticated, service_role;
grant execute on function
  continuum.raise_problem,
  continuum.raise_invalid,
  continuum.has_huge_number,
  continuum.as_jsonb,
  continuum.is_deep,
  continuum.bounded,
  continuum.as_metadata,
  continuum.json_bytes,
  continuum.as_uuid,
  continuum.require_account,
  continuum.begin_bulk,
  continuum.marks,
  continuum.first_graphemes
to authenticated;
grant execute on function
  continuum.raise_problem,
  public.read_health
to service_role;

-- Health is asked by monitors that are no user, so the function reads it with the secret key.
revoke all on table continuum.schema_version from anon, authenticated, service_role;
grant select on table continuum.schema_version to service_role;

-- No policy: nobody but service_role reads it, and that role passes by row level security.
alter table continuum.schema_version enable row level security;

insert into continuum.schema_version (version, description)
values ('20261123090000', 'foundation');
