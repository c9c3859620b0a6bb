-- What the tests of the Data API call, made as postgres in a database of their own.
create function public.echo(value jsonb) returns jsonb language sql as 'select value';
create function public.kind(value jsonb) returns text language sql as 'select jsonb_typeof(value)';
create function public.weight(value jsonb) returns integer language sql as
  'select octet_length(value ->> 0)';

create function public.who() returns json language sql as $$
  select json_build_object(
    'role', current_user, 'session', session_user, 'uid', auth.uid(),
    'claims', nullif(current_setting('request.jwt.claims', true), '')::json,
    'superuser', (select rolsuper from pg_roles where rolname = session_user),
    'statement_timeout', current_setting('statement_timeout'),
    'lock_timeout', current_setting('lock_timeout'),
    'search_path', current_setting('search_path'),
    'method', current_setting('request.method', true),
    'path', current_setting('request.path', true),
    'headers', current_setting('request.headers', true)::json,
    'cookies', current_setting('request.cookies', true)::json,
    'read_only', current_setting('transaction_read_only'),
    'timezone', current_setting('timezone')
  )
$$;
create function public.who_stable() returns json language sql stable as 'select public.who()';

create function public.patient() returns text language sql set statement_timeout = '60s' as
  $$ select current_setting('statement_timeout') $$;

create function public.takes(seconds double precision) returns text language sql
set statement_timeout = '300ms' as $$ select pg_sleep(seconds)::text $$;

create function public.sleeps(seconds double precision) returns text language sql
set statement_timeout = '30s' as $$ select pg_sleep(seconds)::text $$;

create function public.fail(code text, message text, detail text default null, hint text default null)
returns void language plpgsql as $$
begin
  if detail is null then
    raise exception using errcode = code, message = message;
  end if;
  raise exception using errcode = code, message = message, detail = detail, hint = coalesce(hint, '');
end;
$$;

-- Arguments.
create function public.add_them(a integer, b integer default 10) returns integer language sql immutable as
  'select a + b';
create function public.every_type(
  t text default null, u uuid default null, j json default null, b jsonb default null,
  i integer default null, n bigint default null, f numeric default null, o boolean default null,
  at timestamptz default null, d date default null, list integer[] default null,
  texts text[] default null, c character default null, v varchar default null
) returns json language sql stable set timezone = 'UTC' as $$
  select json_strip_nulls(json_build_object(
    't', t, 'u', u, 'j', j, 'b', b, 'i', i, 'n', n, 'f', f, 'o', o, 'at', at, 'd', d, 'list', list,
    'texts', texts, 'c', c, 'v', v
  ))
$$;
create function public.is_null(value text) returns boolean language sql immutable as 'select value is null';
create function public.plus_one(variadic v integer[]) returns integer[] language sql immutable as
  'select array_agg(n + 1) from unnest(v) n';
create function public.overloaded(a integer) returns text language sql as $$ select 'one' $$;
create function public.overloaded(a integer, b integer) returns text language sql as $$ select 'two' $$;
create function public.overloaded(json) returns text language sql as $$ select 'whole' $$;
create function public.ambiguous(a integer) returns text language sql as $$ select 'integer' $$;
create function public.ambiguous(a text) returns text language sql as $$ select 'text' $$;
create function public.whole_json(json) returns text language sql as $$ select $1::text $$;
create function public.whole_text(text) returns text language sql as $$ select $1 $$;
create function public.whole_bytes(bytea) returns integer language sql as $$ select octet_length($1) $$;
create function public."Mixed Case"("Some ""Arg""" integer) returns integer language sql as 'select $1';
create function public.unnamed(integer, integer) returns integer language sql as 'select 1';
create procedure public.procedure() language sql as 'select 1';

-- Answers.
create type public.pair as (id integer, name text);
create domain public."text/plain" as text;
create domain public."application/x-bytes" as bytea;
create function public.nothing() returns void language sql as '';
create function public.no_text() returns text language sql as 'select null::text';
create function public.quoted() returns text language sql stable as $$ select E'a "b"\n' $$;
create function public.as_written() returns json language sql as $$ select '{"b" : 1.0,  "a":1e3}'::json $$;
create function public.numbers(n integer) returns setof integer language sql stable as
  'select generate_series(1, n)';
create function public.pairs(n integer) returns table (id integer, name text) language sql stable as
  $$ select i, 'n' || i from generate_series(1, n) i $$;
create function public.one_pair(known boolean) returns public.pair language sql as
  $$ select 1, 'n1' where known $$;
create function public.out_one(out x integer) language sql as 'select 7';
create function public.untyped() returns record language sql as $$ select 1 as id, 'x' as name $$;
create function public.plain() returns public."text/plain" language sql as $$ select 'plain "text"'::text $$;
create function public.bytes() returns public."application/x-bytes" language sql as
  $$ select '\x00ff10'::bytea $$;
create function public.teapot(headers text, status text) returns text language plpgsql as $$
begin
  perform set_config('response.headers', headers, true), set_config('response.status', status, true);
  return 'short and stout';
end;
$$;

create table public.notes (id integer primary key, owner_id uuid default auth.uid(), body text);
revoke all on public.notes from anon, authenticated;
grant select, insert (id, body) on public.notes to authenticated;
alter table public.notes enable row level security;
create policy "own notes are read" on public.notes for select to authenticated
  using (owner_id = (select auth.uid()));
create policy "own notes are made" on public.notes for insert to authenticated
  with check (owner_id = (select auth.uid()));

create function public.write_note(id integer, body text) returns setof text language sql as
  'insert into public.notes (id, body) values (id, body) returning body';
create function public.write_note_stable(id integer, body text) returns text language sql stable as
  'select public.write_note(id, body)';
create function public.write_note_slowly(id integer, body text) returns void language plpgsql as $$
begin
  perform public.write_note(id, body);
  perform pg_sleep(20);
end;
$$;
create function public.give_note(id integer, owner_id uuid) returns void language sql as
  'insert into public.notes (id, owner_id) values (id, owner_id)';
create function public.change_notes(body text) returns void language sql as
  'update public.notes set body = change_notes.body where true';
create function public.read_notes() returns table (body text) language sql stable as
  'select n.body from public.notes n';
