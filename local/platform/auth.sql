-- The CLI makes its own table of migrations, as postgres; the one that came with auth is in its way.
drop schema if exists supabase_migrations cascade;

-- What a hosted project lets postgres and the API roles do in the auth schema, once it is made.
grant usage on schema auth to postgres, anon, authenticated, service_role, supabase_auth_admin;
grant all on all tables in schema auth to postgres, supabase_auth_admin;
grant execute on all functions in schema auth to postgres, anon, authenticated, service_role;

-- As on a hosted project, where the Data API sets request.jwt.claims alone.
create or replace function auth.uid() returns uuid language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
  )::uuid
$$;
