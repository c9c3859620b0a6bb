-- What file-download calls: one file, and lists of them.

-- A file that the caller may see and where its object is. A pending one only to its owner.
create function public.read_file(file_id uuid)
returns json
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  file continuum.files;
begin
  select f.* into file
  from continuum.files f
  where f.id = read_file.file_id and f.status <> 'deleted';
  if file.id is null then
    perform continuum.raise_problem('not_found');
  end if;
  return json_build_object('file', continuum.file_json(file), 'storage_path', file.storage_path);
end;
$$;

-- The caller's ready files, or those of a conversation that they see; newest first, by keyset.
create function public.list_files(
  continuation_id   text        default null,
  before_created_at timestamptz default null,
  before_id         uuid        default null,
  max_files         integer     default 20
)
returns json
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  capped   integer     := least(greatest(max_files, 1), 100);
  start_at timestamptz := coalesce(before_created_at, 'infinity');
  start_id uuid        := coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  target   continuum.conversations;
  answer   json;
begin
  if continuation_id is not null then
    target := continuum.find_conversation(continuation_id);
  end if;

  with candidates as (
    (
      select f as file, f.created_at, f.id
      from continuum.files f
      where list_files.continuation_id is null
        and f.owner_id = (select auth.uid()) and f.status = 'ready'
        and (f.created_at, f.id) < (start_at, start_id)
      order by f.created_at desc, f.id desc
      limit capped + 1
    )
    union all
    (
      select f, f.created_at, f.id
      from continuum.files f
      where list_files.continuation_id is not null
        and f.id in (select l.file_id from continuum.conversation_files l where l.conversation_id = target.id)
        and f.status = 'ready'
        and (f.created_at, f.id) < (start_at, start_id)
      order by f.created_at desc, f.id desc
      limit capped + 1
    )
  ),
  numbered as (
    select c.file, row_number() over (order by c.created_at desc, c.id desc) as number
    from candidates c
  )
  select json_build_object(
    'files', coalesce(
      json_agg(continuum.file_json(n.file) order by n.number) filter (where n.number <= capped), '[]'
    ),
    'has_more', count(*) > capped
  )
  into answer
  from numbered n;
  return answer;
end;
$$;

-- The manifest of an export as NDJSON, by keyset, at most 1 MiB of it a call or one file. last is the
-- position of the last line, null at the end.
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
  answer json;
begin
  select json_build_object(
    'lines', string_agg('{"type":"file",' || ltrim(p.line, '{') || E'\n', '' order by p.number)
      filter (where p.fits),
    'count', count(*) filter (where p.fits),
    'last', case
      when bool_or(not p.fits)
        then (array_agg(json_build_object('created_at', p.created_at, 'id', p.id) order by p.number desc)
          filter (where p.fits))[1]
    end
  )
  into answer
  from (
    select
      l.*,
      l.number = 1 or (l.number <= 100 and sum(octet_length(l.line)) over (order by l.number) <= max_bytes) as fits
    from (
      select
        f.created_at, f.id, continuum.file_json(f)::text as line,
        row_number() over (order by f.created_at, f.id) as number
      from continuum.files f
      where f.status = 'ready'
        and f.id in (
          select c.file_id from continuum.conversation_files c
          where c.conversation_id = export_files.conversation_id
            and (c.message_seq is null or c.message_seq <= export_files.through_seq)
        )
        and (f.created_at, f.id)
          > (coalesce(after_created_at, '-infinity'), coalesce(after_id, '00000000-0000-0000-0000-000000000000'))
      order by f.created_at, f.id
      limit 101
    ) l
  ) p;
  return answer::text;
end;
$$;

comment on function public.read_file is 'Problems: not_found.';

revoke all on function
  public.read_file,
  public.list_files,
  public.export_files
from public, anon, authenticated, service_role;
grant execute on function
  public.read_file,
  public.list_files,
  public.export_files
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123091300', 'downloads');
