-- What the two sweeps ask, with the secret key. Every step can be repeated, and a sweep that is killed
-- anywhere is finished by the next.

-- Objects of the two buckets whose row is deleted or gone. An upload's row is there before its
-- object, so an object without one is never an upload on its way.
create function continuum.stray_objects(max_objects integer)
returns table (bucket_id text, name text)
language sql
stable
security definer
set search_path = ''
as $$
  select o.bucket_id, o.name
  from storage.objects o
  left join continuum.files f on f.bucket = o.bucket_id and f.storage_path = o.name
  where o.bucket_id in ('user-files', 'generated-files')
    and (f.id is null or f.status = 'deleted')
  order by o.created_at
  limit max_objects
$$;

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
  update continuum.files f set status = 'deleted'
  where f.id in (
    select p.id from continuum.files p
    where p.status = 'pending' and p.created_at < now() - make_interval(secs => pending_seconds)
    order by p.created_at
    limit max_objects
    for update skip locked
  );
  get diagnostics expired = row_count;

  -- Locked first and looked at again, in a statement of its own: a link that was committed in
  -- between is seen, and one that is on its way waits for the lock and then finds no ready file.
  idle := array(
    select r.id from continuum.files r
    where r.status = 'ready' and r.updated_at < now() - make_interval(secs => unlinked_seconds)
      and not exists (select 1 from continuum.conversation_files l where l.file_id = r.id)
    order by r.updated_at
    limit max_objects
    for update skip locked
  );
  update continuum.files f set status = 'deleted'
  where f.id = any (idle)
    and not exists (select 1 from continuum.conversation_files l where l.file_id = f.id);
  get diagnostics unlinked = row_count;

  select json_build_object(
    'expired', expired,
    'unlinked', unlinked,
    'objects', coalesce(json_agg(json_build_object('bucket', o.bucket_id, 'storage_path', o.name)), '[]')
  )
  into answer
  from continuum.stray_objects(max_objects) o;
  return answer;
end;
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
  delete from continuum.files f
  where f.id in (
    select d.id from continuum.files d
    where d.status = 'deleted'
      and (continuum.stored_object(d.bucket, d.storage_path)).size_bytes is null
    limit max_rows
    for update skip locked
  );
  get diagnostics forgotten = row_count;
  return json_build_object(
    'rows', forgotten,
    'more', exists (select 1 from continuum.files f where f.status = 'deleted')
      or exists (select 1 from continuum.stray_objects(1))
  );
end;
$$;

-- Removes expired conversations, oldest first, a bounded number a call: as many as hold 20,000
-- messages together, and always one.
create function public.sweep_conversations(max_conversations integer default 100)
returns json
language plpgsql
security invoker
set search_path = ''
set statement_timeout = '60s'
as $$
declare
  expired uuid[];
  removed integer;
begin
  expired := array(
    select b.id
    from (
      select e.id, sum(e.last_seq) over (order by e.expired_at, e.id) - e.last_seq as messages_before
      from (
        select c.id, c.last_seq, c.expires_at as expired_at
        from continuum.conversations c
        where c.ttl_seconds is not null and c.expires_at <= now()
        order by c.expires_at
        limit max_conversations
        for update skip locked
      ) e
    ) b
    where b.messages_before < 20000
  );
  delete from continuum.conversations c where c.id = any (expired);
  get diagnostics removed = row_count;
  return json_build_object(
    'conversations', removed,
    'more', exists (
      select 1 from continuum.conversations e
      where e.ttl_seconds is not null and e.expires_at <= now()
    )
  );
end;
$$;

revoke all on function
  continuum.stray_objects,
  public.begin_sweep,
  public.finish_sweep,
  public.sweep_conversations
from public, anon, authenticated, service_role;
grant execute on function
  continuum.stray_objects,
  public.begin_sweep,
  public.finish_sweep,
  public.sweep_conversations
to service_role;

insert into continuum.schema_version (version, description)
values ('20261123091400', 'sweeps');
