-- What file-download and an export call: one file, and lists of them.

-- Where a file of the caller's is linked, newest first, up to 100 conversations: others may pass it on.
-- Null for a file of another owner. Definer, because the links of others' conversations are shown to
-- nobody else; a file's owner may know who reads it, and can delete it.
create function continuum.links_of(file_id uuid)
returns json
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if not exists (
    select from continuum.files f where f.id = links_of.file_id and f.owner_id = auth.uid()
  ) then
    return null;
  end if;
  return (
    select coalesce(array_to_json(array_agg(r order by r.attached_at desc, r.conversation_id)), '[]')
    from (
      select
        l.conversation_id,
        c.owner_id as conversation_owner_id,
        (array_agg(l.attached_by order by l.attached_at))[1] as attached_by,
        min(l.attached_at) as attached_at,
        count(*) as links
      from continuum.conversation_files l
      join continuum.conversations c on c.id = l.conversation_id
      where l.file_id = links_of.file_id
      group by l.conversation_id, c.owner_id
      order by min(l.attached_at) desc
      limit 100
    ) r
  );
end;
$$;

-- A file that the caller may see, where its object is, and for its owner where it is linked. A pending one
-- only to its owner.
create function public.read_file(file_id uuid)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  file continuum.visible_file;
begin
  perform continuum.require_account();
  file := continuum.find_file(file_id);
  if file.id is null then
    perform continuum.raise_problem('not_found');
  end if;
  return (
    select row_to_json(r)
    from (
      select
        continuum.file_json(file) as file,
        file.storage_path,
        continuum.links_of(file.id) as links
    ) r
  )::text;
end;
$$;

-- A ready file that the caller may see, and where its object is: all that a download needs. Of its links, which
-- may be many, nothing is read.
create function public.locate_file(file_id uuid)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  file continuum.visible_file;
begin
  perform continuum.require_account();
  file := continuum.find_file(file_id);
  if file.status is distinct from 'ready' then
    perform continuum.raise_problem('not_found');
  end if;
  return (
    select row_to_json(r)
    from (select continuum.file_json(file) as file, file.storage_path) r
  )::text;
end;
$$;

-- Ready files that a conversation links, up to a seq of its messages. Definer: the caller's right to read
-- is asked once, and not once a file.
create function continuum.linked_files(conversation_id uuid, through_seq bigint)
returns table (id uuid, created_at timestamptz)
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if not continuum.reads(linked_files.conversation_id) then
    return;
  end if;
  return query
  select f.id, f.created_at
  from continuum.files f
  where f.status = 'ready'
    and f.id in (
      select l.file_id from continuum.conversation_files l
      where l.conversation_id = linked_files.conversation_id
        and (l.message_seq is null or l.message_seq <= coalesce(linked_files.through_seq, l.message_seq))
    );
end;
$$;

-- A position of a list, as cursors carry it.
create function continuum.position_json(created_at timestamptz, id uuid)
returns json
language sql
stable
set search_path = ''
as $$
  select row_to_json(p) from (select position_json.created_at, position_json.id) p
$$;

-- The caller's ready files, or those of a conversation that they see; newest first, by keyset. last is the
-- position of the last one, null at the end. The caller's own also come oldest first, and may be asked for by
-- metadata, a JSON object that a file's metadata must contain.
create function public.list_files(
  max_files         integer,
  continuation_id   text        default null,
  before_created_at timestamptz default null,
  before_id         uuid        default null,
  oldest_first      boolean     default null,
  metadata          text        default null
)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  capped   constant integer     := least(greatest(max_files, 1), 100);
  sought   constant jsonb       := case
    when list_files.metadata is not null then continuum.as_metadata(list_files.metadata, '/metadata')
  end;
  start_at constant timestamptz := coalesce(
    before_created_at, case when oldest_first then '-infinity' else 'infinity' end::timestamptz
  );
  start_id constant uuid        := coalesce(
    before_id,
    case when oldest_first then '00000000-0000-0000-0000-000000000000' else 'ffffffff-ffff-ffff-ffff-ffffffffffff' end::uuid
  );
  target   continuum.conversations;
  answer   text;
begin
  perform continuum.require_account();
  if continuation_id is not null then
    target := continuum.find_conversation(continuation_id);
  end if;

  with candidates as (
    (
      select f.id, f.created_at
      from continuum.files f
      where list_files.continuation_id is null and oldest_first is not true
        and f.owner_id = (select auth.uid()) and f.status = 'ready'
        and (f.created_at, f.id) < (start_at, start_id)
        and (sought is null or f.metadata @> sought)
      order by f.created_at desc, f.id desc
      limit capped + 1
    )
    union all
    (
      select f.id, f.created_at
      from continuum.files f
      where list_files.continuation_id is null and oldest_first
        and f.owner_id = (select auth.uid()) and f.status = 'ready'
        and (f.created_at, f.id) > (start_at, start_id)
        and (sought is null or f.metadata @> sought)
      order by f.created_at, f.id
      limit capped + 1
    )
    union all
    (
      select f.id, f.created_at
      from continuum.linked_files(target.id, null) f
      where list_files.continuation_id is not null
        and (f.created_at, f.id) < (start_at, start_id)
      order by f.created_at desc, f.id desc
      limit capped + 1
    )
  ),
  numbered as (
    select
      c.id, c.created_at,
      row_number() over (
        order by
          case when oldest_first then c.created_at end, case when oldest_first then c.id end,
          c.created_at desc, c.id desc
      ) as number
    from candidates c
  )
  select row_to_json(r)::text into answer
  from (
    select
      coalesce(
        array_to_json(
          array_agg(continuum.file_json(continuum.find_file(n.id)) order by n.number)
            filter (where n.number <= capped)
        ),
        '[]'
      ) as files,
      case
        when count(*) > capped then (
          array_agg(continuum.position_json(n.created_at, n.id)) filter (where n.number = capped)
        )[1]
      end as last
    from numbered n
  ) r;
  return answer;
end;
$$;

-- The manifest of an export as NDJSON, by keyset, at most 1 MiB of it a call or one file, and 100 files.
-- last is the position of the last line, null at the end.
create function public.export_files(
  conversation_id  uuid,
  through_seq      bigint,
  after_created_at timestamptz default null,
  after_id         uuid        default null
)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  max_bytes constant bigint := 1024 * 1024;
  max_files constant integer := 100;
  answer json;
begin
  perform continuum.require_account();
  select row_to_json(r)
  into answer
  from (
    select
      string_agg('{"type":"file",' || ltrim(p.line, '{') || E'\n', '' order by p.number)
        filter (where p.fits) as lines,
      count(*) filter (where p.fits) as count,
      case
        when bool_or(not p.fits) then (
          array_agg(continuum.position_json(p.created_at, p.id) order by p.number desc)
            filter (where p.fits)
        )[1]
      end as last
    from (
      select
        l.*,
        l.number = 1
          or (l.number <= max_files and sum(octet_length(l.line)) over (order by l.number) <= max_bytes) as fits
      from (
        select
          n.id, n.created_at, n.number, continuum.file_json(continuum.find_file(n.id))::text as line
        from (
          select f.id, f.created_at, row_number() over (order by f.created_at, f.id) as number
          from continuum.linked_files(export_files.conversation_id, export_files.through_seq) f
          where (f.created_at, f.id)
            > (coalesce(after_created_at, '-infinity'), coalesce(after_id, '00000000-0000-0000-0000-000000000000'))
          order by f.created_at, f.id
          limit max_files + 1
        ) n
      ) l
    ) p
  ) r;
  return answer::text;
end;
$$;

comment on function public.read_file is 'Problems: invalid_token, not_found.';
comment on function public.locate_file is 'Problems: invalid_token, not_found.';
comment on function public.list_files is 'Problems: invalid_token, validation_failed.';
comment on function public.export_files is 'Problems: invalid_token.';

revoke all on function
  continuum.links_of,
  continuum.linked_files,
  continuum.position_json,
  public.read_file,
  public.locate_file,
  public.list_files,
  public.export_files
from public, anon, authenticated, service_role;
grant execute on function
  continuum.links_of,
  continuum.linked_files,
  continuum.position_json,
  public.read_file,
  public.locate_file,
  public.list_files,
  public.export_files
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123091300', 'downloads');
