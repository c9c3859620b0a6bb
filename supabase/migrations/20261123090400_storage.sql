-- Buckets and who may touch their objects. A row of continuum.files decides: an object can be written
-- only where a pending row of the caller's names its path, read only where the caller sees a ready
-- row, and removed only once its row is deleted. Nothing else in the buckets is reachable.
-- postgres does not own storage.objects on a hosted project: it may create policies and no more.

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values
  ('user-files', 'user-files', false, 52428800, array['text/*', 'application/pdf', 'image/*']),
  ('generated-files', 'generated-files', false, 10485760, array['text/*', 'application/json'])
on conflict (id) do update
set public = excluded.public,
  file_size_limit = excluded.file_size_limit,
  allowed_mime_types = excluded.allowed_mime_types;

create policy "an upload goes where a pending file of the caller's is" on storage.objects
  for insert to authenticated
  with check (
    exists (
      select 1 from continuum.files f
      where f.bucket = bucket_id and f.storage_path = name
        and f.owner_id = (select auth.uid()) and f.status = 'pending'
    )
  );

-- The second branch is for removal alone: Storage reads an object before it removes it.
create policy "readers of a ready file read its object" on storage.objects
  for select to authenticated
  using (
    exists (
      select 1 from continuum.files f
      where f.bucket = bucket_id and f.storage_path = name
        and (
          f.status = 'ready'
          or (
            f.owner_id = (select auth.uid()) and f.status = 'deleted'
            and (select current_setting('storage.operation', true)) like 'storage.object.delete%'
          )
        )
    )
  );

create policy "the owner removes the object of a deleted file" on storage.objects
  for delete to authenticated
  using (
    exists (
      select 1 from continuum.files f
      where f.bucket = bucket_id and f.storage_path = name
        and f.owner_id = (select auth.uid()) and f.status = 'deleted'
    )
  );

insert into continuum.schema_version (version, description)
values ('20261123090400', 'storage');
