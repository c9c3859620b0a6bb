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

comment on function public.read_file is 'Problems: not_found.';

revoke all on function
  public.read_file,
  public.list_files
from public, anon, authenticated, service_role;
grant execute on function
  public.read_file,
  public.list_files
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123091300', 'downloads');
