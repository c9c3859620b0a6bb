-- Functions and a table for tests/local/data_api_test.ts, made as postgres.
create function public.echo(value jsonb) returns jsonb language sql as 'select value';
create function public.kind(value jsonb) returns text language sql as 'select jsonb_typeof(value)';
create function public.weight(value jsonb) returns integer language sql as
  'select octet_length(value ->> 0)';

create function public.who() returns json language sql as $$
  select json_build_object(
    'role', current_user, 'session', session_user, 'uid', auth.uid(),
    'claims', nullif(current_setting('request.jwt.claims', true), '')::json,
    'superuser', (select rolsuper from pg_roles where rolname = session_user),
    'statement_timeout', current_setting('statement_timeout')
  )
$$;

create function public.patient() returns text language sql set statement_timeout = '60s' as
  $$ select current_setting('statement_timeout') $$;

create function public.takes(seconds double precision) returns text language sql
set statement_timeout = '300ms' as $$ select pg_sleep(seconds)::text $$;

create function public.fail(code text, message text, detail text, hint text) returns void
language plpgsql as $$
begin
  raise exception using errcode = code, message = message, detail = detail, hint = hint;
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
