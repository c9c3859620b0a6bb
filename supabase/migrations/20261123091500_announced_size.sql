-- Completing a reservation asks for the size that was announced: an upload that was cut short is
-- not the file, and one that is longer than its quota is not what was let in.

-- As it was, but where size_bytes is null: it was anything, and is the row's now.
create or replace function public.complete_file(
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
  file         public.files;
  existing     public.files;
  stored       record;
  deduplicated boolean := false;
begin
  select f.* into file
  from public.files f
  where f.id = complete_file.file_id and f.owner_id = (select auth.uid())
  for no key update;
  if file.id is null or file.status = 'deleted' then
    perform private.raise_problem('not_found');
  end if;

  if file.status = 'pending' then
    select o.* into stored from private.stored_object(file.bucket, file.storage_path) o;
    if stored.size_bytes is null then
      perform private.raise_problem('upload_incomplete');
    end if;
    if stored.size_bytes <> coalesce(complete_file.size_bytes, file.size_bytes)
      or stored.mime_type is distinct from file.mime_type
    then
      perform private.raise_problem('upload_mismatch', jsonb_build_object(
        'size_bytes', stored.size_bytes, 'mime_type', stored.mime_type
      ));
    end if;

    begin
      update public.files f
      set status = 'ready',
        size_bytes = stored.size_bytes,
        sha256 = complete_file.sha256,
        digest_verified = complete_file.sha256 is not null
      where f.id = file.id
      returning f.* into file;
    exception when unique_violation then
      -- The same content is ready. The update changes nothing but updated_at: in use again, the
      -- file's time until the sweep starts anew, and the sweep waits for this transaction.
      update public.files f
      set metadata = f.metadata
      where f.owner_id = file.owner_id and f.bucket = file.bucket and f.sha256 = complete_file.sha256
        and f.status = 'ready' and f.digest_verified
      returning f.* into existing;
      if existing.id is null then
        perform private.raise_problem('upload_incomplete');
      end if;
      insert into public.conversation_files (conversation_id, file_id)
      select l.conversation_id, existing.id
      from public.conversation_files l
      where l.file_id = file.id
      on conflict on constraint conversation_files_link_key do nothing;
      update public.files f set status = 'deleted' where f.id = file.id;
      file := existing;
      deduplicated := true;
    end;
  end if;

  return json_build_object('file', private.file_json(file), 'deduplicated', deduplicated);
end;
$$;

insert into public.schema_version (version, description)
values ('20261123091500', 'a reserved file has the size that was announced');
