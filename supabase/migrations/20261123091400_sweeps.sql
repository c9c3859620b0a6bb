-- What the two sweeps ask, with the secret key. Every step can be repeated, and a sweep that is killed
-- anywhere is finished by the next. A row whose removal fails, or that somebody else holds, is passed over:
-- nothing that one account does may keep a sweep from the others.

-- How far the walk over Storage's objects has come: the last one that was looked at. One row.
create table continuum.object_walk (
  is_the_row   boolean primary key default true check (is_the_row),
  bucket       text    not null default '',
  storage_path text    not null default ''
);

comment on table continuum.object_walk is 'How far the sweep''s walk over Storage''s objects has come. One row.';

insert into continuum.object_walk default values;

-- Objects of contents that are deleted, the oldest deletion first. Reads 10,000 contents at most: those
-- that have no object any more make room when finish_sweep removes them. Definer, because a sweep may not
-- be granted Storage's tables; it is granted to the sweep alone.
create function continuum.deleted_objects(max_objects integer)
returns table (bucket text, storage_path text)
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return query
  select d.bucket, d.storage_path
  from (
    select c.bucket, c.storage_path, c.updated_at
    from continuum.file_contents c
    where c.status = 'deleted'
    order by c.updated_at
    limit 10000
  ) d
  join storage.objects o on o.bucket_id = d.bucket and o.name collate "C" = d.storage_path
  order by d.updated_at
  limit max_objects;
end;
$$;

-- Objects that no content names, as an account leaves them that is deleted. A content is there before its
-- object, so this is never an upload on its way. Each call looks at max_examined objects at most, by key,
-- from where the last call stopped, and goes on at the start after the end: whatever a project holds, a
-- call costs the same, and a number of calls sees it all. Definer as deleted_objects.
create function continuum.stray_objects(max_objects integer, max_examined integer)
returns table (bucket text, storage_path text)
language plpgsql
security definer
set search_path = ''
as $$
declare
  start    constant continuum.object_walk := (select w from continuum.object_walk w);
  last     continuum.object_walk := start;
  examined integer := 0;
  found    integer := 0;
  seen     record;
begin
  for round in 1..2 loop
    for seen in
      -- One look-up for each object: a join may read all contents.
      select o.bucket_id, o.name,
        (select c.id from continuum.file_contents c where c.bucket = o.bucket_id and c.storage_path = o.name) is null
          as is_stray
      from storage.objects o
      where o.bucket_id in ('user-files', 'generated-files')
        and (o.bucket_id, o.name collate "C") > (last.bucket, last.storage_path)
        and (round = 1 or (o.bucket_id, o.name collate "C") <= (start.bucket, start.storage_path))
      order by o.bucket_id, o.name collate "C"
      limit max_examined - examined
    loop
      exit when found >= max_objects;
      examined := examined + 1;
      last.bucket := seen.bucket_id;
      last.storage_path := seen.name;
      if seen.is_stray then
        found := found + 1;
        bucket := seen.bucket_id;
        storage_path := seen.name;
        return next;
      end if;
    end loop;
    exit when found >= max_objects or examined >= max_examined or round = 2;
    last.bucket := '';
    last.storage_path := '';
  end loop;
  update continuum.object_walk w set bucket = last.bucket, storage_path = last.storage_path where w.is_the_row;
end;
$$;

-- Marks uploads as deleted that are past their time, or of which more was stored than was announced: those
-- can never become ready. Looks at the 10,000 oldest. Returns how many it marked.
create function continuum.expire_uploads(pending_seconds integer, max_files integer)
returns integer
language plpgsql
set search_path = ''
as $$
declare
  upload  record;
  expired integer := 0;
begin
  for upload in
    select f.id
    from (
      select c.id, c.bucket, c.storage_path, c.announced_bytes, c.created_at
      from continuum.file_contents c
      where c.status = 'pending'
      order by c.created_at
      limit 10000
    ) c
    join continuum.files f on f.content_id = c.id
    where f.status = 'pending'
      and (
        c.created_at < now() - make_interval(secs => pending_seconds)
        or (continuum.stored_object(c.bucket, c.storage_path)).size_bytes > c.announced_bytes
      )
    order by c.created_at
    limit max_files
    for update of f skip locked
  loop
    begin
      update continuum.files f set status = 'deleted' where f.id = upload.id;
      expired := expired + 1;
    exception when others then
      raise warning 'the sweep passes over file %: %', upload.id, sqlerrm;
    end;
  end loop;
  return expired;
end;
$$;

-- Marks files as deleted that have had no link for their time. Each entry of the log is looked at once: a
-- file that is linked again, or lost a link later, has another entry or gets one. Returns how many
-- files were marked, and how many entries are done.
create function continuum.expire_unlinked(
  unlinked_seconds integer,
  max_entries      integer,
  out unlinked     integer,
  out entries      integer
)
language plpgsql
set search_path = ''
as $$
declare
  entry record;
begin
  unlinked := 0;
  entries := 0;
  for entry in
    select u.ctid, u.file_id, u.unlinked_at
    from continuum.unlinked_files u
    where u.unlinked_at < now() - make_interval(secs => unlinked_seconds)
    order by u.unlinked_at
    limit max_entries
    for update skip locked
  loop
    begin
      -- Locked first and looked at again, in a statement of its own: a link that was committed in between
      -- is seen, and one that is on its way waits for the lock and then finds no ready file. A file that
      -- is being linked keeps its entry, at the end of the log, so that others come before it.
      perform from continuum.files f
      where f.id = entry.file_id and f.status = 'ready'
      for update skip locked;
      if found then
        update continuum.files f
        set status = 'deleted'
        where f.id = entry.file_id
          and not exists (select from continuum.conversation_files l where l.file_id = f.id)
          and not exists (
            select from continuum.unlinked_files later
            where later.file_id = f.id and later.unlinked_at > entry.unlinked_at
          );
        unlinked := unlinked + found::integer;
      end if;
      if found or not exists (
        select from continuum.files f
        where f.id = entry.file_id and f.status = 'ready'
          and not exists (select from continuum.conversation_files l where l.file_id = f.id)
          and not exists (
            select from continuum.unlinked_files later
            where later.file_id = f.id and later.unlinked_at > entry.unlinked_at
          )
      ) then
        delete from continuum.unlinked_files u where u.ctid = entry.ctid;
        entries := entries + 1;
      else
        update continuum.unlinked_files u set unlinked_at = clock_timestamp() where u.ctid = entry.ctid;
      end if;
    exception when others then
      raise warning 'the sweep passes over file %: %', entry.file_id, sqlerrm;
      update continuum.unlinked_files u set unlinked_at = clock_timestamp() where u.ctid = entry.ctid;
    end;
  end loop;
end;
$$;

-- Marks pending and unlinked files past their time as deleted, and lists up to max_objects objects that
-- should no longer be there: those of deleted contents, and those of none. is_full: there may be more to mark.
create function public.begin_sweep(pending_seconds integer, unlinked_seconds integer, max_objects integer)
returns text
language plpgsql
security invoker
set search_path = ''
set statement_timeout = '60s'
set lock_timeout = '2s'
as $$
declare
  capped   constant integer := least(greatest(max_objects, 1), 1000);
  expired  integer;
  unlinked record;
  objects  json[];
begin
  expired := continuum.expire_uploads(greatest(pending_seconds, 0), capped);
  unlinked := continuum.expire_unlinked(greatest(unlinked_seconds, 0), capped);
  objects := array(select row_to_json(o) from continuum.deleted_objects(capped) o);
  objects := objects || array(
    select row_to_json(o) from continuum.stray_objects(capped - cardinality(objects), 10000) o
  );
  return (
    select row_to_json(r)
    from (
      select
        expired,
        unlinked.unlinked,
        expired >= capped or unlinked.entries >= capped as is_full,
        array_to_json(objects) as objects
    ) r
  )::text;
end;
$$;

-- Removes a deleted file with its links, as many as max_links. Returns how many links went; the file goes
-- with the last.
create function continuum.forget_file(file_id uuid, max_links integer)
returns integer
language plpgsql
set search_path = ''
as $$
declare
  links integer;
begin
  delete from continuum.conversation_files l
  where l.ctid = any (array(
    select d.ctid from continuum.conversation_files d where d.file_id = forget_file.file_id limit max_links
  ));
  get diagnostics links = row_count;
  if links < max_links then
    delete from continuum.files f where f.id = forget_file.file_id;
    delete from continuum.unlinked_files u where u.file_id = forget_file.file_id;
  end if;
  return links;
end;
$$;

-- Removes deleted rows that have no object any more, oldest first: 1,000 files and 20,000 links a call, out
-- of the 10,000 oldest. Returns how many of each, and whether any are left.
create function public.finish_sweep()
returns text
language plpgsql
security invoker
set search_path = ''
set statement_timeout = '60s'
set lock_timeout = '2s'
as $$
declare
  links_left integer := 20000;
  forgotten  integer := 0;
  doomed     record;
begin
  for doomed in
    select f.id
    from (
      select d.id from continuum.files d where d.status = 'deleted' order by d.updated_at limit 10000
    ) d
    join continuum.files f on f.id = d.id
    join continuum.file_contents c on c.id = f.content_id
    where f.status = 'deleted'
      and (c.status <> 'deleted' or (continuum.stored_object(c.bucket, c.storage_path)).size_bytes is null)
    order by f.updated_at
    limit 1000
    for update of f skip locked
  loop
    begin
      links_left := links_left - continuum.forget_file(doomed.id, links_left);
      exit when links_left <= 0;
      forgotten := forgotten + 1;
    exception when others then
      raise warning 'the sweep passes over file %: %', doomed.id, sqlerrm;
    end;
  end loop;

  for doomed in
    select c.id
    from (
      select d.id from continuum.file_contents d where d.status = 'deleted' order by d.updated_at limit 10000
    ) d
    join continuum.file_contents c on c.id = d.id
    where c.status = 'deleted'
      and (continuum.stored_object(c.bucket, c.storage_path)).size_bytes is null
      and not exists (select from continuum.files f where f.content_id = c.id)
    order by c.updated_at
    limit 1000
    for update of c skip locked
  loop
    begin
      delete from continuum.file_contents c where c.id = doomed.id;
    exception when others then
      raise warning 'the sweep passes over content %: %', doomed.id, sqlerrm;
    end;
  end loop;

  return (
    select row_to_json(r)
    from (
      select
        forgotten as rows,
        20000 - links_left as links,
        exists (select from continuum.files f where f.status = 'deleted')
          or exists (select from continuum.file_contents c where c.status = 'deleted') as more
    ) r
  )::text;
end;
$$;

-- Removes up to max_rows rows of an expired conversation, and itself with the last of them. Returns how
-- many rows went.
create function continuum.shrink_conversation(conversation_id uuid, max_rows integer)
returns integer
language plpgsql
set search_path = ''
as $$
declare
  links    integer;
  messages integer;
begin
  delete from continuum.conversation_files l
  where l.ctid = any (array(
    select d.ctid from continuum.conversation_files d
    where d.conversation_id = shrink_conversation.conversation_id
    limit max_rows
  ));
  get diagnostics links = row_count;
  delete from continuum.messages m
  where m.conversation_id = shrink_conversation.conversation_id
    and m.seq = any (array(
      select d.seq from continuum.messages d
      where d.conversation_id = shrink_conversation.conversation_id
      order by d.seq desc
      limit max_rows - links
    ));
  get diagnostics messages = row_count;
  if links + messages < max_rows then
    delete from continuum.conversations c where c.id = shrink_conversation.conversation_id;
  end if;
  return links + messages;
end;
$$;

-- Removes expired conversations, oldest first: up to max_conversations of them and 20,000 rows a call. One
-- that is larger is removed by several calls.
create function public.sweep_conversations(max_conversations integer)
returns text
language plpgsql
security invoker
set search_path = ''
set statement_timeout = '60s'
set lock_timeout = '2s'
as $$
declare
  capped    constant integer := least(greatest(max_conversations, 1), 1000);
  rows_left integer := 20000;
  removed   integer := 0;
  expired   record;
begin
  perform continuum.forget_full_buckets(100000);
  for expired in
    select c.id
    from continuum.conversations c
    where c.ttl_seconds is not null and c.expires_at <= now()
    order by c.expires_at
    limit capped + 1000
    for update skip locked
  loop
    exit when removed >= capped;
    begin
      rows_left := rows_left - continuum.shrink_conversation(expired.id, rows_left);
      exit when rows_left <= 0;
      removed := removed + 1;
    exception when others then
      raise warning 'the sweep passes over conversation %: %', expired.id, sqlerrm;
    end;
  end loop;
  -- What could not be removed now is left to the next sweep, and not asked for again at once.
  return json_build_object(
    'conversations', removed,
    'more', (removed > 0 or rows_left < 20000) and exists (
      select from continuum.conversations c where c.ttl_seconds is not null and c.expires_at <= now()
    )
  )::text;
end;
$$;

revoke all on function
  continuum.deleted_objects,
  continuum.stray_objects,
  continuum.expire_uploads,
  continuum.expire_unlinked,
  continuum.forget_file,
  continuum.shrink_conversation,
  public.begin_sweep,
  public.finish_sweep,
  public.sweep_conversations
from public, anon, authenticated, service_role;
grant execute on function
  continuum.deleted_objects,
  continuum.stray_objects,
  continuum.expire_uploads,
  continuum.expire_unlinked,
  continuum.forget_file,
  continuum.shrink_conversation,
  public.begin_sweep,
  public.finish_sweep,
  public.sweep_conversations
to service_role;

-- No grant and no policy: only the sweep reads and moves it, by a function that runs as its owner.
revoke all on table continuum.object_walk from anon, authenticated, service_role;
alter table continuum.object_walk enable row level security;

insert into continuum.schema_version (version, description)
values ('20261123091400', 'sweeps');
