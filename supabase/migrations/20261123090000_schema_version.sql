-- The ground everything else stands on: the schema that the Data API does not expose, and the
-- record of which migrations a database has. A migration adds its row here as its last statement,
-- so a row means that all of it is there.

-- Helpers of policies and API functions live in "private": reachable from SQL, not over HTTP.
create schema private;
comment on schema private is 'Helpers of policies and API functions. Never add it to the exposed schemas.';
revoke all on schema private from public;
grant usage on schema private to authenticated, service_role;

create table public.schema_version (
  version     text        primary key check (version ~ '^[0-9]{14}$'),
  description text        not null,
  applied_at  timestamptz not null default now()
);
comment on table public.schema_version is 'One row a released migration; the health route reports the newest.';

-- An error that the API answers as it is. The functions know it by its SQLSTATE and render the
-- code from their catalogue; extension is what the problem says besides ({"last_seq": 41}).
-- PT400 and no class of our own: the Data API answers PTxyz with HTTP status xyz, and passes
-- message and detail on.
create function private.raise_problem(code text, extension jsonb default '{}')
returns void
language plpgsql
set search_path = ''
as $$
begin
  raise exception using errcode = 'PT400', message = code, detail = extension::text;
end;
$$;
revoke all on function private.raise_problem(text, jsonb) from public, anon, authenticated, service_role;
grant execute on function private.raise_problem(text, jsonb) to authenticated, service_role;

-- clock_timestamp() and not now(): a writer that waited for a row lock is later than the one it
-- waited for, whichever transaction began first.
create function private.touch_updated_at()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := clock_timestamp();
  return new;
end;
$$;
revoke all on function private.touch_updated_at() from public, anon, authenticated, service_role;

-- Health is asked by monitors that are no user, so the function reads it with the secret key.
revoke all on table public.schema_version from anon, authenticated, service_role;
grant select on table public.schema_version to service_role;

-- No policy: nobody but service_role reads it, and that role passes by row level security.
alter table public.schema_version enable row level security;

insert into public.schema_version (version, description)
values ('20261123090000', 'schema_version and the private schema');
