-- What file-upload calls: reserve, grow, complete, give up, delete.

-- A bucket's limits, from the one place that knows them. Definer, because storage.buckets shows
-- its rows to nobody; what it tells is public anyway.
create function continuum.bucket_limits(bucket text, out max_bytes bigint, out mime_types text[])
language sql
stable
security definer
set search_path = ''
as $$
  select b.file_size_limit, b.allowed_mime_types
  from storage.buckets b
  where b.id = bucket_limits.bucket and b.id in ('user-files', 'generated-files')
$$;

-- The conversation that a file is to be linked to, if the caller may write to it.
create function continuum.writable_conversation(continuation_id text)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
declare
  target continuum.conversations := continuum.find_conversation(continuation_id);
begin
  if target.id is null then
    perform continuum.raise_problem('not_found');
  elsif continuum.access_to(target) = 'viewer' then
    perform continuum.raise_problem('read_only');
  end if;
  return target.id;
end;
$$;

-- A pending row and its bytes of quota, before any byte is taken. size_bytes null: not known yet,
-- grow_file follows. The file is linked to the conversation, where one is named. Answers the path to
-- write to and the most that the bucket takes.
create function public.reserve_file(
  bucket          text,
  original_name   text,
  mime_type       text,
  size_bytes      bigint default null,
  metadata        jsonb  default '{}',
  continuation_id text   default null
)
returns json
language plpgsql
security invoker
set search_path = ''
as $$
declare
  limits       record := continuum.bucket_limits(bucket);
  conversation uuid;
  file         continuum.files;
begin
  if limits.max_bytes is null then
    perform continuum.raise_problem('validation_failed', jsonb_build_object('errors', jsonb_build_array(
      jsonb_build_object('pointer', '/bucket', 'detail', 'There is no such bucket.')
    )));
  end if;
  if not exists (
    select 1 from unnest(limits.mime_types) allowed (pattern)
    where reserve_file.mime_type like replace(allowed.pattern, '*', '%')
  ) then
    perform continuum.raise_problem('unsupported_media_type', jsonb_build_object('allowed', limits.mime_types));
  end if;
  if size_bytes > limits.max_bytes then
    perform continuum.raise_problem('file_too_large', jsonb_build_object('max_bytes', limits.max_bytes));
  end if;
  if continuation_id is not null then
    conversation := continuum.writable_conversation(continuation_id);
  end if;

  insert into continuum.files (bucket, original_name, mime_type, size_bytes, metadata)
  values (
    reserve_file.bucket, reserve_file.original_name, reserve_file.mime_type,
    coalesce(reserve_file.size_bytes, 0), coalesce(reserve_file.metadata, '{}')
  )
  returning * into file;
  -- Linked while it is pending, so that no crash can leave a ready file without its link; readers
  -- of the conversation see it once it is ready.
  if conversation is not null then
    insert into continuum.conversation_files (conversation_id, file_id) values (conversation, file.id);
  end if;

  return json_build_object(
    'file', continuum.file_json(file),
    'storage_path', file.storage_path,
    'max_bytes', limits.max_bytes
  );
end;
$$;

-- More quota for an upload whose size is not known in advance.
create function public.grow_file(file_id uuid, size_bytes bigint)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
  update continuum.files f
  set size_bytes = greatest(f.size_bytes, grow_file.size_bytes)
  where f.id = grow_file.file_id and f.owner_id = (select auth.uid()) and f.status = 'pending';
  if not found then
    perform continuum.raise_problem('not_found');
  end if;
end;
$$;

-- Makes a pending file ready, once its object is there; idempotent. sha256 is given by a function
-- that computed it over the bytes on their way: the same content of the same owner in the same
-- bucket is then answered with the file that is there already, and this one is deleted.
create function public.complete_file(
  file_id    uuid,
  sha256     text   default null,
  size_bytes bigint default null
)
returns json
language plpgsql
security invoker
set search_path = ''
as $$
declare
  file         continuum.files;
  existing     continuum.files;
  stored       record;
  deduplicated boolean := false;
begin
  select f.* into file
  from continuum.files f
  where f.id = complete_file.file_id and f.owner_id = (select auth.uid())
  for no key update;
  if file.id is null or file.status = 'deleted' then
    perform continuum.raise_problem('not_found');
  end if;

  if file.status = 'pending' then
    select o.* into stored from continuum.stored_object(file.bucket, file.storage_path) o;
    if stored.size_bytes is null then
      perform continuum.raise_problem('upload_incomplete');
    end if;
    if stored.size_bytes <> coalesce(complete_file.size_bytes, file.size_bytes)
      or stored.mime_type is distinct from file.mime_type
    then
      perform continuum.raise_problem('upload_mismatch', jsonb_build_object(
        'size_bytes', stored.size_bytes, 'mime_type', stored.mime_type
      ));
    end if;

    begin
      update continuum.files f
      set status = 'ready',
        size_bytes = stored.size_bytes,
        sha256 = complete_file.sha256,
        digest_verified = complete_file.sha256 is not null
      where f.id = file.id
      returning f.* into file;
    exception when unique_violation then
      -- The same content is ready. The update changes nothing but updated_at: in use again, the
      -- file's time until the sweep starts anew, and the sweep waits for this transaction.
      update continuum.files f
      set metadata = f.metadata
      where f.owner_id = file.owner_id and f.bucket = file.bucket and f.sha256 = complete_file.sha256
        and f.status = 'ready' and f.digest_verified
      returning f.* into existing;
      if existing.id is null then
        perform continuum.raise_problem('upload_incomplete');
      end if;
      insert into continuum.conversation_files (conversation_id, file_id)
      select l.conversation_id, existing.id
      from continuum.conversation_files l
      where l.file_id = file.id
      on conflict on constraint conversation_files_link_key do nothing;
      update continuum.files f set status = 'deleted' where f.id = file.id;
      file := existing;
      deduplicated := true;
    end;
  end if;

  return json_build_object('file', continuum.file_json(file), 'deduplicated', deduplicated);
end;
$$;

-- Marks an upload that failed as deleted and gives its quota back. A file that became ready all the
-- same, where the answer to complete_file was lost, stays: other uploads of the content may have
-- been answered with it. Answers whether there is an object to remove.
create function public.abandon_file(file_id uuid)
returns boolean
language plpgsql
security invoker
set search_path = ''
as $$
begin
  update continuum.files f
  set status = 'deleted'
  where f.id = abandon_file.file_id and f.owner_id = (select auth.uid()) and f.status = 'pending';
  return found;
end;
$$;

-- Marks a file of the caller's as deleted and gives its quota back; the object goes afterwards.
create function public.delete_file(file_id uuid)
returns json
language plpgsql
security invoker
set search_path = ''
as $$
declare
  file continuum.files;
begin
  update continuum.files f
  set status = 'deleted'
  where f.id = delete_file.file_id and f.owner_id = (select auth.uid()) and f.status <> 'deleted'
  returning f.* into file;
  if file.id is null then
    perform continuum.raise_problem('not_found');
  end if;
  return json_build_object('bucket', file.bucket, 'storage_path', file.storage_path);
end;
$$;

comment on function public.reserve_file is
  'Problems: validation_failed, unsupported_media_type, file_too_large, quota_exceeded, not_found, read_only.';
comment on function public.grow_file is 'Problems: quota_exceeded, not_found.';
comment on function public.complete_file is
  'Problems: not_found, upload_incomplete, upload_mismatch, quota_exceeded.';
comment on function public.delete_file is 'Problems: not_found.';

revoke all on function
  continuum.bucket_limits,
  continuum.writable_conversation,
  public.reserve_file,
  public.grow_file,
  public.complete_file,
  public.abandon_file,
  public.delete_file
from public, anon, authenticated, service_role;
grant execute on function
  continuum.bucket_limits,
  continuum.writable_conversation,
  public.reserve_file,
  public.grow_file,
  public.complete_file,
  public.abandon_file,
  public.delete_file
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123091200', 'uploads');
