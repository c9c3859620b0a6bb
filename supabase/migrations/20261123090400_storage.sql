-- Buckets and who may touch their objects. A row of continuum.file_contents decides: an object can be
-- written only where a pending row of the caller's names its path, read only by who sees a ready file of
-- it, and removed only once its row is deleted. Nothing else in the buckets is reachable.
-- postgres does not own storage.objects on a hosted project: it may create policies and no more.

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values
  ('user-files', 'user-files', false, 52428800, array['text/*', 'application/pdf', 'image/*']),
  ('generated-files', 'generated-files', false, 10485760, array['text/*', 'application/json', 'image/*'])
on conflict (id) do update
set public = excluded.public,
  file_size_limit = excluded.file_size_limit,
  allowed_mime_types = excluded.allowed_mime_types;

-- Whether the caller's own content at that path has that status.
create function continuum.owns_object(bucket text, storage_path text, status continuum.file_status)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select from continuum.file_contents c
    where c.bucket = owns_object.bucket and c.storage_path = owns_object.storage_path
      and c.owner_id = (select auth.uid()) and c.status = owns_object.status
  );
end;
$$;

-- Whether the caller sees a ready file of that very version of an object: an upload that began while the
-- row was pending may still replace the bytes, and is then read by nobody. Definer, because a content is
-- shown to its owner alone.
create function continuum.reads_object(bucket text, storage_path text, version text)
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return exists (
    select
    from continuum.file_contents c
    join continuum.files f on f.content_id = c.id
    where c.bucket = reads_object.bucket and c.storage_path = reads_object.storage_path
      and c.status = 'ready' and c.object_version is not distinct from reads_object.version
      and f.status = 'ready' and (f.owner_id = auth.uid() or continuum.sees_link_of(f.id))
  );
end;
$$;

revoke all on function
  continuum.owns_object,
  continuum.reads_object
from public, anon, authenticated, service_role;
grant execute on function
  continuum.owns_object,
  continuum.reads_object
to authenticated;

-- Not by copying or moving: the type and size of another object would pass by the bucket's limits.
create policy "an upload goes where a pending file of the caller's is" on storage.objects
  for insert to authenticated
  with check (
    bucket_id in ('user-files', 'generated-files')
    and coalesce((select current_setting('storage.operation', true)), '') !~ '^storage\.object\.(copy|move)'
    and continuum.owns_object(bucket_id, name, 'pending')
  );

-- The owner reads a pending object too, so that completing looks at the bytes first and makes the file
-- ready after; and a deleted one to remove it, since Storage reads an object before it removes it.
create policy "who sees a ready file, and its owner before and after, read it" on storage.objects
  for select to authenticated
  using (
    bucket_id in ('user-files', 'generated-files')
    and (
      continuum.reads_object(bucket_id, name, version)
      or continuum.owns_object(bucket_id, name, 'pending')
      or (
        (select current_setting('storage.operation', true)) like 'storage.object.delete%'
        and continuum.owns_object(bucket_id, name, 'deleted')
      )
    )
  );

create policy "the owner removes the object of a deleted file" on storage.objects
  for delete to authenticated
  using (
    bucket_id in ('user-files', 'generated-files')
    and continuum.owns_object(bucket_id, name, 'deleted')
  );

insert into continuum.schema_version (version, description)
values ('20261123090400', 'storage');
