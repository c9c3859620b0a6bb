-- What is done to a file once it is there: rename it, delete it, take it out of a conversation.

-- Renames a file of the caller's, and merges a patch into its metadata (RFC 7396). Null leaves one as it is.
create function public.rename_file(file_id uuid, original_name text default null, metadata text default null)
returns text
language plpgsql
security invoker
set search_path = ''
as $$
declare
  file   continuum.files;
  merged jsonb;
begin
  perform continuum.require_account();
  if original_name is not null then
    perform continuum.refuse_file_name(original_name);
  end if;
  select f.* into file
  from continuum.files f
  where f.id = rename_file.file_id and f.owner_id = (select auth.uid()) and f.status <> 'deleted'
  for no key update;
  if file.id is null then
    perform continuum.raise_problem('not_found');
  end if;
  merged := continuum.merge_patch(file.metadata, continuum.as_metadata(rename_file.metadata, '/metadata'));
  if continuum.json_bytes(merged) > 65536 then
    perform continuum.raise_invalid('/metadata', 'Must be at most 64 KiB of JSON.');
  end if;
  update continuum.files f
  set original_name = coalesce(rename_file.original_name, f.original_name), metadata = merged
  where f.id = file.id;
  return continuum.file_json(continuum.find_file(file.id))::text;
end;
$$;

-- Marks a file of the caller's as deleted, and its content with the last of its names; that gives the
-- quota back. Returns where the object to remove is; storage_path is null if it has other names.
create function public.delete_file(file_id uuid)
returns text
language plpgsql
security invoker
set search_path = ''
as $$
declare
  content continuum.file_contents;
begin
  perform continuum.require_account();
  update continuum.files f
  set status = 'deleted'
  where f.id = delete_file.file_id and f.owner_id = (select auth.uid()) and f.status <> 'deleted';
  if not found then
    perform continuum.raise_problem('not_found');
  end if;
  select c.* into content
  from continuum.file_contents c
  join continuum.files f on f.content_id = c.id
  where f.id = delete_file.file_id;
  return (
    select row_to_json(r)
    from (
      select content.bucket, case when content.status = 'deleted' then content.storage_path end as storage_path
    ) r
  )::text;
end;
$$;

-- Takes a file out of a conversation and its messages: all of its links by the conversation's owner, or
-- those that they made by an editor. The file itself stays.
create function public.unlink_file(continuation_id text, file_id uuid)
returns text
language plpgsql
security invoker
set search_path = ''
as $$
declare
  target  continuum.conversations;
  removed integer;
begin
  perform continuum.require_account();
  target := continuum.require_access(continuation_id, 'editor');
  delete from continuum.conversation_files l
  where l.conversation_id = target.id and l.file_id = unlink_file.file_id;
  get diagnostics removed = row_count;
  if removed = 0 then
    perform continuum.raise_problem(case
      when exists (
        select from continuum.conversation_files l
        where l.conversation_id = target.id and l.file_id = unlink_file.file_id
      ) then 'owner_only'
      else 'not_found'
    end);
  end if;
  return (select row_to_json(r) from (select removed as links_removed) r)::text;
end;
$$;

comment on function public.rename_file is 'Problems: invalid_token, not_found, validation_failed, body_too_large.';
comment on function public.delete_file is 'Problems: invalid_token, not_found.';
comment on function public.unlink_file is 'Problems: invalid_token, not_found, read_only, owner_only.';

revoke all on function
  public.rename_file,
  public.delete_file,
  public.unlink_file
from public, anon, authenticated, service_role;
grant execute on function
  public.rename_file,
  public.delete_file,
  public.unlink_file
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123091250', 'file changes');
