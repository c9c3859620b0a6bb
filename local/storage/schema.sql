-- The `storage` schema of a hosted project, as far as storage-js, tus-js-client and policies see it.
-- Applied once, by a superuser, in one transaction, before the project's own migrations.

create schema storage authorization supabase_storage_admin;
grant usage on schema storage to postgres, anon, authenticated, service_role;
-- The owner of what follows.
set local role supabase_storage_admin;

create type storage.buckettype as enum ('STANDARD', 'ANALYTICS', 'VECTOR');

create table storage.buckets (
  id                 text primary key,
  name               text not null,
  owner              uuid,
  created_at         timestamptz default now(),
  updated_at         timestamptz default now(),
  public             boolean default false,
  avif_autodetection boolean default false,
  file_size_limit    bigint,
  allowed_mime_types text[],
  owner_id           text,
  type               storage.buckettype not null default 'STANDARD'
);
comment on column storage.buckets.owner is 'Field is deprecated, use owner_id instead';
create unique index bname on storage.buckets (name);

create table storage.objects (
  id               uuid primary key default gen_random_uuid(),
  bucket_id        text constraint "objects_bucketId_fkey" references storage.buckets (id),
  name             text,
  owner            uuid,
  created_at       timestamptz default now(),
  updated_at       timestamptz default now(),
  last_accessed_at timestamptz default now(),
  metadata         jsonb,
  path_tokens      text[] generated always as (string_to_array(name, '/')) stored,
  version          text,
  owner_id         text,
  user_metadata    jsonb
);
comment on column storage.objects.owner is 'Field is deprecated, use owner_id instead';
create unique index bucketid_objname on storage.objects (bucket_id, name);
create index idx_objects_bucket_id_name on storage.objects (bucket_id, name collate "C");
create index name_prefix_search on storage.objects (name text_pattern_ops);

alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;

-- Helpers for policies.

create function storage.foldername(name text) returns text[]
language sql immutable
as $$
  select (string_to_array(name, '/'))[1 : cardinality(string_to_array(name, '/')) - 1]
$$;

create function storage.filename(name text) returns text
language sql immutable
as $$
  select (string_to_array(name, '/'))[cardinality(string_to_array(name, '/'))]
$$;

create function storage.extension(name text) returns text
language sql immutable
as $$
  select reverse(split_part(reverse(storage.filename(name)), '.', 1))
$$;

create function storage.operation() returns text
language sql stable
as $$
  select current_setting('storage.operation', true)
$$;

-- Rows and bytes live and die together, so only the service may delete rows: it sets the flag in its
-- own transactions. The name and the sentence are the hosted ones.

create function storage.protect_delete() returns trigger
language plpgsql
as $$
begin
  if coalesce(current_setting('storage.allow_delete_query', true), 'false') <> 'true' then
    raise exception 'Direct deletion from storage tables is not allowed. Use the Storage API instead.'
      using hint = 'This prevents accidental data loss from orphaned objects.', errcode = '42501';
  end if;
  return null;
end
$$;

create function storage.update_updated_at_column() returns trigger
language plpgsql
as $$
begin
  new.updated_at = now();
  return new;
end
$$;

create trigger protect_buckets_delete before delete on storage.buckets
  for each statement execute function storage.protect_delete();
create trigger protect_objects_delete before delete on storage.objects
  for each statement execute function storage.protect_delete();
create trigger update_objects_updated_at before update on storage.objects
  for each row execute function storage.update_updated_at_column();

-- Row level security decides; the table privileges are as wide as on a hosted project.

grant all on storage.buckets, storage.objects to anon, authenticated, service_role;
grant all on storage.buckets, storage.objects to postgres with grant option;
grant usage on type storage.buckettype to public;
grant execute on all functions in schema storage to postgres, anon, authenticated, service_role;

reset role;

-- On a hosted project `postgres` is not the owner and may still create policies here: the extension
-- supautils allows it (its `policy_grants` setting). PostgreSQL alone asks for ownership, so
-- `postgres` inherits the owner's rights (it cannot `set role` to it), and the event triggers below
-- take back everything that a hosted project would refuse.

grant supabase_storage_admin to postgres with inherit true, set false;

create function storage.only_policies_and_triggers() returns event_trigger
language plpgsql
as $$
begin
  if (select rolsuper from pg_roles where rolname = current_user)
     or current_user = 'supabase_storage_admin' then
    return;
  end if;
  if tg_event = 'sql_drop' then
    if exists (
      select from pg_event_trigger_dropped_objects()
      where schema_name = 'storage' and object_type in ('table', 'table column', 'index', 'function', 'type', 'schema')
        and original
    ) then
      raise exception 'must be owner of the storage schema' using errcode = '42501';
    end if;
  elsif exists (
    select from pg_event_trigger_ddl_commands()
    where (schema_name = 'storage' or object_identity = 'storage')
      and command_tag not in (
        'CREATE POLICY', 'ALTER POLICY', 'CREATE TRIGGER', 'GRANT', 'REVOKE')
  ) then
    raise exception 'must be owner of the storage schema' using errcode = '42501';
  end if;
end
$$;

create event trigger storage_schema_is_the_services on ddl_command_end
  execute function storage.only_policies_and_triggers();
create event trigger storage_schema_stays on sql_drop
  execute function storage.only_policies_and_triggers();
