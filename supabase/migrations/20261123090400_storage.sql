-- Buckets and who may touch their objects. A row of continuum.file_contents decides: an object can be
-- written only if the caller has a pending row with its path, read only by those who see a ready file of
-- it, and removed only once its row is deleted. It is never replaced, copied or moved. Nothing else in the
-- buckets is reachable.
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

-- What Storage is doing for the caller, such as storage.object.copy. Empty if it does not say.
create function continuum.storage_operation()
returns text
language sql
stable
set search_path = ''
as $$
  select coalesce(current_setting('storage.operation', true), '')
$$;

-- Whether Storage is taking in an object in a way that cannot replace one. An upsert is permitted at its
-- beginning and replaces whatever is there at its end, when the file may be ready; every upload by the S3
-- protocol is an upsert. A copy or a move would bring in an object past the bucket's limits of type and size.
create function continuum.is_plain_upload()
returns boolean
language sql
stable
set search_path = ''
as $$
  select continuum.storage_operation() !~ '(^|\.)s3\.|(copy|move|upload_update)$'
    and nullif(current_setting('request.headers', true), '')::json ->> 'x-upsert' is distinct from 'true'
$$;

revoke all on function
  continuum.owns_object,
  continuum.reads_object,
  continuum.storage_operation,
  continuum.is_plain_upload
from public, anon, authenticated, service_role;
grant execute on function
  continuum.owns_object,
  continuum.reads_object,
  continuum.storage_operation,
  continuum.is_plain_upload
to authenticated;

create policy "an upload goes where a pending file of the caller's is" on storage.objects
  for insert to authenticated
  with check (
    bucket_id in ('user-files', 'generated-files')
    and (select continuum.is_plain_upload())
    and continuum.owns_object(bucket_id, name, 'pending')
  );

-- The owner reads a pending object too, so that completing looks at the bytes first and makes the file
-- ready after; and a deleted one to remove it, since Storage reads an object before it removes it. Not
-- while uploading: an upsert reads the row that it writes, and is refused.
create policy "who sees a ready file, and its owner before and after, read it" on storage.objects
  for select to authenticated
  using (
    bucket_id in ('user-files', 'generated-files')
    and (select continuum.storage_operation()) !~ '(copy|move)$'
    and (
      continuum.reads_object(bucket_id, name, version)
      or (
        (select continuum.storage_operation()) !~ 'upload'
        and continuum.owns_object(bucket_id, name, 'pending')
      )
      or (
        (select continuum.storage_operation()) like 'storage.object.delete%'
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
