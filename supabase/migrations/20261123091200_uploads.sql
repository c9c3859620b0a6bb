-- What file-upload calls for an upload: reserve, begin, grow, look, complete, give up.

-- A pending file and its bytes of quota, before any byte is taken. size_bytes null: not known yet,
-- grow_file follows. The file is linked to the conversation, if one is named. Returns the path to write
-- to and the most that the bucket takes.
create function public.reserve_file(
  bucket          text,
  original_name   text,
  mime_type       text,
  size_bytes      bigint default null,
  metadata        text   default null,
  continuation_id text   default null,
  declared_type   text   default null,
  type_parameters text   default null
)
returns text
language plpgsql
security invoker
set search_path = ''
as $$
declare
  limits       record;
  conversation continuum.conversations;
  document     jsonb;
  content      continuum.file_contents;
  file_id      uuid;
begin
  perform continuum.require_account();
  limits := continuum.bucket_limits(bucket);
  if limits.max_bytes is null then
    perform continuum.raise_invalid('/bucket', 'The bucket does not exist.');
  elsif not continuum.bucket_takes(bucket, mime_type) then
    perform continuum.raise_problem('unsupported_media_type', jsonb_build_object('allowed', limits.mime_types));
  elsif size_bytes > limits.max_bytes then
    perform continuum.raise_problem('file_too_large', jsonb_build_object('max_bytes', limits.max_bytes));
  elsif size_bytes < 0 then
    perform continuum.raise_invalid('/size_bytes', 'Must be a whole number of at least 0.');
  end if;
  perform continuum.refuse_file_name(original_name);
  perform continuum.refuse_types(mime_type, declared_type, type_parameters);
  document := continuum.as_metadata(metadata, '/metadata');
  if continuation_id is not null then
    conversation := continuum.require_access(continuation_id, 'editor');
  end if;

  insert into continuum.file_contents (bucket, mime_type, size_bytes, announced_bytes)
  values (
    reserve_file.bucket, reserve_file.mime_type, coalesce(reserve_file.size_bytes, 0), reserve_file.size_bytes
  )
  returning * into content;
  insert into continuum.files (content_id, original_name, mime_type, declared_type, type_parameters, metadata)
  values (
    content.id, reserve_file.original_name, reserve_file.mime_type, reserve_file.declared_type,
    reserve_file.type_parameters, document
  )
  returning id into file_id;
  -- Linked while it is pending, so that no crash can leave a ready file without its link; readers
  -- of the conversation see it once it is ready.
  if conversation.id is not null then
    insert into continuum.conversation_files (conversation_id, file_id) values (conversation.id, file_id);
  end if;

  return (
    select row_to_json(r)
    from (
      select
        continuum.file_json(continuum.find_file(file_id)) as file,
        content.storage_path,
        limits.max_bytes
    ) r
  )::text;
end;
$$;

-- reserve_file for bytes that the caller sends at once. sha256 is given by a function that has read all of
-- them: if the caller has a ready file of the same bytes, name and type, this is complete_file's answer, and
-- nothing has to be sent.
create function public.begin_upload(
  bucket          text,
  original_name   text,
  mime_type       text,
  size_bytes      bigint default null,
  sha256          text   default null,
  metadata        text   default null,
  continuation_id text   default null,
  declared_type   text   default null,
  type_parameters text   default null
)
returns text
language plpgsql
security invoker
set search_path = ''
as $$
declare
  known text;
begin
  if begin_upload.sha256 is not null then
    known := continuum.use_known_file(
      bucket, begin_upload.sha256, original_name, mime_type, type_parameters, metadata, continuation_id
    );
    if known is not null then
      return known;
    end if;
  end if;
  -- The row need not be on disk yet. Storage commits the object's row later, in the same log, so that no
  -- object outlives a crash that its pending row does not outlive; an upload whose row is lost is refused.
  perform set_config('synchronous_commit', 'off', true);
  return public.reserve_file(
    bucket, original_name, mime_type, size_bytes, metadata, continuation_id, declared_type, type_parameters
  );
end;
$$;

-- The answer to an upload of what the caller has already, linked to the conversation if one is named. Null if
-- there is no such file.
create function continuum.use_known_file(
  bucket          text,
  sha256          text,
  original_name   text,
  mime_type       text,
  type_parameters text,
  metadata        text,
  continuation_id text
)
returns text
language plpgsql
set search_path = ''
as $$
declare
  content_id uuid;
  known_id   uuid;
begin
  content_id := continuum.lock_known(bucket, use_known_file.sha256);
  if content_id is null then
    return null;
  end if;
  perform continuum.require_account();
  known_id := continuum.same_file(
    content_id, original_name, mime_type, type_parameters, continuum.as_metadata(metadata, '/metadata')
  );
  if known_id is null then
    return null;
  end if;
  if continuation_id is not null then
    insert into continuum.conversation_files (conversation_id, file_id)
    values ((continuum.require_access(continuation_id, 'editor')).id, known_id)
    on conflict on constraint conversation_files_link_key do nothing;
  end if;
  perform continuum.use_again(known_id);
  return continuum.completed_json(continuum.find_file(known_id), true, null);
end;
$$;

-- The caller's ready content of those bytes, locked, so that it is not deleted with its last name meanwhile.
create function continuum.lock_known(bucket text, sha256 text)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  known_id uuid;
begin
  select c.id into known_id
  from continuum.file_contents c
  where c.owner_id = (select auth.uid()) and c.bucket = lock_known.bucket and c.sha256 = lock_known.sha256
    and c.status = 'ready' and c.digest_verified
  for no key update;
  return known_id;
end;
$$;

-- Raises the rule that a file's name breaks.
create function continuum.refuse_file_name(original_name text)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  if coalesce(char_length(original_name), 0) not between 1 and 255 then
    perform continuum.raise_invalid('/original_name', 'Must be 1 to 255 characters.');
  elsif original_name ~ '[\u0001-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]' then
    perform continuum.raise_invalid(
      '/original_name', 'Must not contain control characters or overrides of text direction.'
    );
  elsif original_name ~ '[/\\]' or original_name in ('.', '..') then
    perform continuum.raise_invalid('/original_name', 'Must be a file name.');
  end if;
end;
$$;

-- Raises the rule that one of a file's types breaks: files has the same rules as constraints. Null is no type.
create function continuum.refuse_types(mime_type text, declared_type text, type_parameters text)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  if mime_type !~ '^[a-z0-9!#$&^_.+-]{1,127}/[a-z0-9!#$&^_.+-]{1,127}$' then
    perform continuum.raise_invalid('/mime_type', 'Must be a media type in lower case, without parameters.');
  elsif char_length(declared_type) > 1000 or declared_type !~ '^[ -~]*$' then
    perform continuum.raise_invalid('/declared_type', 'Must be at most 1,000 printable ASCII characters.');
  elsif char_length(type_parameters) not between 1 and 1000 or type_parameters !~ '^[ -~]*$' then
    perform continuum.raise_invalid('/type_parameters', 'Must be 1 to 1,000 printable ASCII characters.');
  end if;
end;
$$;

-- A pending file of the caller's and its content, both locked.
create function continuum.lock_pending(file_id uuid)
returns continuum.file_contents
language plpgsql
set search_path = ''
as $$
declare
  content continuum.file_contents;
begin
  perform
  from continuum.files f
  where f.id = lock_pending.file_id and f.owner_id = (select auth.uid()) and f.status = 'pending'
  for no key update;
  if found then
    select c.* into content
    from continuum.file_contents c
    where c.id = (select f.content_id from continuum.files f where f.id = lock_pending.file_id)
      and c.status = 'pending'
    for no key update;
  end if;
  return content;
end;
$$;

-- More quota for an upload whose size is not known in advance; on disk when begin_upload's row is.
create function public.grow_file(file_id uuid, size_bytes bigint)
returns text
language plpgsql
security invoker
set search_path = ''
as $$
declare
  content continuum.file_contents;
begin
  perform continuum.require_account();
  content := continuum.lock_pending(file_id);
  if content.id is null then
    perform continuum.raise_problem('not_found');
  elsif grow_file.size_bytes > (continuum.bucket_limits(content.bucket)).max_bytes then
    perform continuum.raise_problem('file_too_large', jsonb_build_object(
      'max_bytes', (continuum.bucket_limits(content.bucket)).max_bytes
    ));
  end if;
  perform set_config('synchronous_commit', 'off', true);
  update continuum.file_contents c
  set size_bytes = greatest(c.size_bytes, grow_file.size_bytes)
  where c.id = content.id
  returning c.* into content;
  return (select row_to_json(r) from (select content.size_bytes as reserved_bytes) r)::text;
end;
$$;

-- The object of the caller's own content as Storage has it, if it is what was reserved. Definer, because
-- users may not ask Storage's table for sizes; it tells the owner about the owner's object.
create function continuum.arrived_object(content_id uuid, out size_bytes bigint, out mime_type text, out version text)
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  content continuum.file_contents;
  stored  record;
begin
  select c.* into content
  from continuum.file_contents c
  where c.id = arrived_object.content_id and c.owner_id = auth.uid();
  stored := continuum.stored_object(content.bucket, content.storage_path);
  if stored.size_bytes is null then
    perform continuum.raise_problem('upload_incomplete');
  elsif stored.size_bytes <> content.announced_bytes
    or stored.size_bytes > (continuum.bucket_limits(content.bucket)).max_bytes
    or not continuum.bucket_takes(content.bucket, stored.mime_type)
  then
    perform continuum.raise_problem('upload_mismatch', jsonb_build_object(
      'size_bytes', stored.size_bytes, 'mime_type', stored.mime_type
    ));
  end if;
  size_bytes := stored.size_bytes;
  mime_type := stored.mime_type;
  version := stored.version;
end;
$$;

-- What a file of the caller's is and, while it is pending, the object that arrived for it: what the
-- function looks at before it makes the file ready.
create function public.read_upload(file_id uuid)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  file   continuum.visible_file;
  object json;
begin
  perform continuum.require_account();
  file := continuum.find_file(file_id);
  if file.id is null or file.owner_id <> auth.uid() then
    perform continuum.raise_problem('not_found');
  elsif file.status = 'pending' then
    object := row_to_json(continuum.arrived_object(file.content_id));
  end if;
  return (
    select row_to_json(r)
    from (select continuum.file_json(file) as file, file.storage_path, object) r
  )::text;
end;
$$;

-- Makes a pending file ready, once its object is there; idempotent. sha256 and size_bytes are given by a
-- function that saw the bytes on their way: if the caller has the same bytes in the same bucket, under the
-- same name they are answered with the file that is there, and under another the name becomes one of that
-- content. object_version is given by who looked at the object: it must still be that one. mime_type is
-- what the content is. redundant is where an object now is that nothing refers to.
create function public.complete_file(
  file_id        uuid,
  sha256         text   default null,
  size_bytes     bigint default null,
  object_version text   default null,
  mime_type      text   default null
)
returns text
language plpgsql
security invoker
set search_path = ''
as $$
declare
  file      continuum.visible_file;
  content   continuum.file_contents;
  known_id  uuid;
  same_name uuid;
  stored    record;
  redundant json;
begin
  perform continuum.require_account();
  perform continuum.refuse_types(mime_type, null, null);
  if complete_file.sha256 !~ '^[0-9a-f]{64}$' then
    perform continuum.raise_invalid('/sha256', 'Must be 64 hexadecimal digits in lower case.');
  end if;
  content := continuum.lock_pending(file_id);
  if content.id is null then
    file := continuum.find_file(file_id);
    if file.id is null or file.owner_id <> auth.uid() then
      perform continuum.raise_problem('not_found');
    elsif file.status <> 'ready' then
      perform continuum.raise_problem('upload_incomplete');
    end if;
    return continuum.completed_json(file, false, null);
  end if;

  stored := continuum.arrived_object(content.id);
  if stored.size_bytes <> complete_file.size_bytes
    or stored.version <> complete_file.object_version
  then
    perform continuum.raise_problem('upload_mismatch', jsonb_build_object(
      'size_bytes', stored.size_bytes, 'mime_type', stored.mime_type
    ));
  end if;

  loop
    begin
      update continuum.file_contents c
      set status = 'ready',
        sha256 = complete_file.sha256,
        digest_verified = complete_file.sha256 is not null
      where c.id = content.id;
      update continuum.files f
      set status = 'ready', mime_type = coalesce(complete_file.mime_type, f.mime_type)
      where f.id = complete_file.file_id;
      exit;
    exception when unique_violation then
      -- The same bytes are ready.
      known_id := continuum.lock_known(content.bucket, complete_file.sha256);
      -- Unless they have been deleted since.
      continue when known_id is null;
      select continuum.same_file(known_id, f.original_name, f.mime_type, f.type_parameters, f.metadata) into same_name
      from continuum.files f
      where f.id = complete_file.file_id;
      if same_name is null then
        update continuum.files f
        set content_id = known_id, status = 'ready', mime_type = coalesce(complete_file.mime_type, f.mime_type)
        where f.id = complete_file.file_id;
        update continuum.file_contents c set status = 'deleted' where c.id = content.id;
      else
        insert into continuum.conversation_files (conversation_id, file_id)
        select l.conversation_id, same_name
        from continuum.conversation_files l
        where l.file_id = complete_file.file_id
        on conflict on constraint conversation_files_link_key do nothing;
        update continuum.files f set status = 'deleted' where f.id = complete_file.file_id;
        perform continuum.use_again(same_name);
      end if;
      redundant := row_to_json(r) from (select content.bucket, content.storage_path) r;
      exit;
    end;
  end loop;

  return continuum.completed_json(
    continuum.find_file(coalesce(same_name, complete_file.file_id)), same_name is not null, redundant
  );
end;
$$;

-- What complete_file returns. redundant comes last: the function that called takes it off.
create function continuum.completed_json(file continuum.visible_file, deduplicated boolean, redundant json)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select row_to_json(r)
    from (
      select continuum.file_json(file) as file, completed_json.deduplicated, completed_json.redundant
    ) r
  )::text;
end;
$$;

-- The file of a content that says all that a new one does: the same name and type, and the same metadata if
-- there is any.
create function continuum.same_file(
  content_id      uuid,
  original_name   text,
  mime_type       text,
  type_parameters text,
  metadata        jsonb
)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select known.id
    from continuum.files known
    where known.content_id = same_file.content_id and known.status = 'ready'
      and known.original_name = same_file.original_name
      and known.mime_type = same_file.mime_type
      and known.type_parameters is not distinct from same_file.type_parameters
      and (same_file.metadata = '{}' or known.metadata = same_file.metadata)
    order by known.created_at, known.id
    limit 1
  );
end;
$$;

-- A file that is uploaded again is in use: its time until the sweep starts anew. Definer, because the log
-- is written by nobody else; it takes nothing but files of the caller's.
create function continuum.use_again(file_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into continuum.unlinked_files (file_id)
  select f.id from continuum.files f where f.id = use_again.file_id and f.owner_id = auth.uid();
end;
$$;

-- Marks an upload that failed as deleted and gives its quota back. A file that became ready all the
-- same, because the answer to complete_file was lost, stays: other uploads of the content may have
-- been answered with it. Returns whether there is an object to remove; null if no such file is known, because a
-- crash of the database took what begin_upload had added, or because it was swept.
create function public.abandon_file(file_id uuid)
returns text
language plpgsql
security invoker
set search_path = ''
as $$
begin
  perform continuum.require_account();
  update continuum.files f
  set status = 'deleted'
  where f.id = abandon_file.file_id and f.owner_id = (select auth.uid()) and f.status = 'pending';
  return case
    when found then 'true'
    when exists (
      select from continuum.files f where f.id = abandon_file.file_id and f.owner_id = (select auth.uid())
    ) then 'false'
  end;
end;
$$;

comment on function public.reserve_file is
  'Problems: invalid_token, validation_failed, unsupported_media_type, file_too_large, quota_exceeded, not_found, read_only.';
comment on function public.begin_upload is
  'Problems: invalid_token, validation_failed, unsupported_media_type, file_too_large, quota_exceeded, not_found, read_only.';
comment on function public.grow_file is 'Problems: invalid_token, file_too_large, quota_exceeded, not_found.';
comment on function public.read_upload is 'Problems: invalid_token, not_found, upload_incomplete, upload_mismatch.';
comment on function public.complete_file is
  'Problems: invalid_token, validation_failed, not_found, upload_incomplete, upload_mismatch, quota_exceeded.';
comment on function public.abandon_file is 'Problems: invalid_token.';

revoke all on function
  continuum.use_known_file,
  continuum.lock_known,
  continuum.refuse_file_name,
  continuum.refuse_types,
  continuum.lock_pending,
  continuum.arrived_object,
  continuum.completed_json,
  continuum.same_file,
  continuum.use_again,
  public.reserve_file,
  public.begin_upload,
  public.grow_file,
  public.read_upload,
  public.complete_file,
  public.abandon_file
from public, anon, authenticated, service_role;
grant execute on function
  continuum.use_known_file,
  continuum.lock_known,
  continuum.refuse_file_name,
  continuum.refuse_types,
  continuum.lock_pending,
  continuum.arrived_object,
  continuum.completed_json,
  continuum.same_file,
  continuum.use_again,
  public.reserve_file,
  public.begin_upload,
  public.grow_file,
  public.read_upload,
  public.complete_file,
  public.abandon_file
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123091200', 'uploads');
