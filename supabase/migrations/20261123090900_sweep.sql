-- What the sweep asks, with the secret key: it marks what has outlived its time, hands out the
-- objects to remove in bounded batches, and forgets rows once their objects are gone. Every step
-- can be repeated, and a sweep that is killed anywhere is finished by the next.

-- Marks pending and unlinked files past their time as deleted, and lists up to max_objects objects
-- that no longer should be: of deleted rows, and of no row at all.
create function public.begin_sweep(
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
    where p.status = 'pending' and p.updated_at < now() - make_interval(secs => pending_seconds)
    order by p.updated_at
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

-- Objects of the two buckets whose row is deleted or gone. An upload's row is there before its
-- object, so an object without one is never an upload on its way.
create function private.stray_objects(max_objects integer)
returns table (bucket_id text, name text)
language sql
stable
security definer
set search_path = ''
as $$
  select o.bucket_id, o.name
  from storage.objects o
  left join public.files f on f.bucket = o.bucket_id and f.storage_path = o.name
  where o.bucket_id in ('user-files', 'generated-files')
    and (f.id is null or f.status = 'deleted')
  order by o.created_at
  limit max_objects
$$;

-- Forgets deleted rows that have no object any more. Answers how many, and whether work is left.
create function public.finish_sweep(max_rows integer default 1000)
returns json
language plpgsql
security invoker
set search_path = ''
as $$
declare
  forgotten integer;
begin
  delete from public.files f
  where f.id in (
    select d.id from public.files d
    where d.status = 'deleted'
      and (private.stored_object(d.bucket, d.storage_path)).size_bytes is null
    limit max_rows
    for update skip locked
  );
  get diagnostics forgotten = row_count;
  return json_build_object(
    'rows', forgotten,
    'more', exists (select 1 from public.files f where f.status = 'deleted')
      or exists (select 1 from private.stray_objects(1))
  );
end;
$$;

revoke all on function
  private.stray_objects(integer),
  public.begin_sweep(integer, integer, integer),
  public.finish_sweep(integer)
from public, anon, authenticated, service_role;
grant execute on function
  private.stray_objects(integer),
  private.stored_object(text, text),
  public.begin_sweep(integer, integer, integer),
  public.finish_sweep(integer)
to service_role;

insert into public.schema_version (version, description)
values ('20261123090900', 'the sweep of files');
