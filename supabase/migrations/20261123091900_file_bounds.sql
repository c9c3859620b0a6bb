-- What the policies of files let pass and should not: another bucket of the project, the files of an
-- expired conversation, a file under somebody else's message, a pending row kept alive by changes.

-- The policies of storage.objects let write where a pending row is, so a row names no other bucket.
alter table public.files
  add constraint files_bucket_is_ours check (bucket in ('user-files', 'generated-files'));

-- As it was, but for the conversations that have expired.
create or replace function private.lock_linkable_file(file_id uuid)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform
  from public.files f
  where f.id = lock_linkable_file.file_id
    and f.status <> 'deleted'
    and (
      f.owner_id = (select auth.uid())
      or f.status = 'ready' and exists (
        select 1
        from public.conversation_files l
        join public.conversations c on c.id = l.conversation_id
        where l.file_id = f.id
          and (
            c.owner_id = (select auth.uid())
            or c.id in (select private.shared_conversations())
          )
          and (c.ttl_seconds is null or private.expires_at(c.updated_at, c.ttl_seconds) > now())
      )
    )
  for share of f;
  return found;
end;
$$;

drop policy "the owner and editors link files that they see" on public.conversation_files;
create policy "the owner and editors link files that they see, to no message of another" on public.conversation_files
  for insert to authenticated
  with check (
    attached_by = (select auth.uid())
    and exists (
      select 1 from public.conversations c
      where c.id = conversation_id
        and (
          c.owner_id = (select auth.uid())
          or c.id in (select private.shared_conversations('{editor}'))
        )
      offset 0
    )
    and (
      message_seq is null
      or exists (
        select 1 from public.messages m
        where m.conversation_id = conversation_files.conversation_id
          and m.seq = conversation_files.message_seq
          and m.author_id = (select auth.uid())
        offset 0
      )
    )
    and private.lock_linkable_file(file_id)
  );

-- As it was, but for the time of a pending row, which is that of its reservation.
create or replace function public.begin_sweep(
  pending_seconds  integer default 86400,
  unlinked_seconds integer default 604800,
  max_objects      integer default 100
)
returns json
language plpgsql
security invoker
set search_path = ''
as $$
declare
  idle     uuid[];
  expired  integer;
  unlinked integer;
  answer   json;
begin
  update public.files f set status = 'deleted'
  where f.id in (
    select p.id from public.files p
    where p.status = 'pending' and p.created_at < now() - make_interval(secs => pending_seconds)
    order by p.created_at
    limit max_objects
    for update skip locked
  );
  get diagnostics expired = row_count;

  -- Locked first and looked at again, in a statement of its own: a link that was committed in
  -- between is seen, and one that is on its way waits for the lock and then finds no ready file.
  idle := array(
    select r.id from public.files r
    where r.status = 'ready' and r.updated_at < now() - make_interval(secs => unlinked_seconds)
      and not exists (select 1 from public.conversation_files l where l.file_id = r.id)
    order by r.updated_at
    limit max_objects
    for update skip locked
  );
  update public.files f set status = 'deleted'
  where f.id = any (idle)
    and not exists (select 1 from public.conversation_files l where l.file_id = f.id);
  get diagnostics unlinked = row_count;

  select json_build_object(
    'expired', expired,
    'unlinked', unlinked,
    'objects', coalesce(json_agg(json_build_object('bucket', o.bucket_id, 'storage_path', o.name)), '[]')
  )
  into answer
  from private.stray_objects(max_objects) o;
  return answer;
end;
$$;

insert into public.schema_version (version, description)
values ('20261123091900', 'what files can be, be linked to and outlive');
