-- The roles, schemas and default grants of a hosted project, made before any migration.
-- Run as supabase_admin, the superuser. postgres is none, as on a hosted project.
create role postgres login createdb createrole replication bypassrls;
create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;
create role authenticator login noinherit;
create role supabase_auth_admin login createrole noinherit;
create role supabase_storage_admin login createrole noinherit;
grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role to postgres with admin option;

alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role supabase_auth_admin set search_path = auth;
alter role supabase_storage_admin set search_path = storage;
alter role postgres set search_path = "$user", public, extensions;

alter database postgres owner to postgres;
-- What the database advisors of the CLI take for the exposed schemas.
alter database postgres set "pgrst.db_schemas" = 'public';

create schema extensions;
grant usage on schema extensions to postgres, anon, authenticated, service_role;
grant create on schema extensions to postgres;
create extension pgcrypto schema extensions;
create extension "uuid-ossp" schema extensions;
create extension pg_stat_statements schema extensions;

alter schema public owner to postgres;
grant usage on schema public to anon, authenticated, service_role;
grant all on schema public to postgres;

-- A migration that leaves out a revoke fails here as it would there.
alter default privileges for role postgres in schema public
  grant all on tables to anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on sequences to anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on functions to anon, authenticated, service_role;

-- The Data API reads the schema again when it changes.
create function extensions.notify_data_api() returns event_trigger
language plpgsql set search_path = '' as $$
begin
  notify pgrst, 'reload schema';
end;
$$;
create event trigger pgrst_ddl_watch on ddl_command_end
  when tag in (
    'CREATE FUNCTION', 'ALTER FUNCTION', 'CREATE TYPE', 'ALTER TYPE', 'CREATE DOMAIN', 'ALTER DOMAIN',
    'CREATE TABLE', 'CREATE VIEW'
  )
  execute function extensions.notify_data_api();
create event trigger pgrst_drop_watch on sql_drop
  when tag in ('DROP FUNCTION', 'DROP TYPE', 'DROP DOMAIN', 'DROP TABLE', 'DROP VIEW', 'DROP SCHEMA')
  execute function extensions.notify_data_api();
