-- What an export is made of, a bounded piece a call: the function streams the pieces and holds one.

-- The conversation, as far as it goes at this moment, and its file manifest.
create function public.begin_export(continuation_id text)
returns json
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  target continuum.conversations := continuum.find_conversation(continuation_id);
begin
  if target.id is null then
    perform continuum.raise_problem('not_found');
  end if;
  return json_build_object(
    'conversation', continuum.conversation_json(target),
    'files', (
      select coalesce(json_agg(continuum.file_json(f) order by f.created_at, f.id), '[]')
      from continuum.files f
      where f.status = 'ready' and f.id in (
        select l.file_id from continuum.conversation_files l
        where l.conversation_id = target.id
          and (l.message_seq is null or l.message_seq <= target.last_seq)
      )
    )
  );
end;
$$;

-- Messages after one seq and up to another as NDJSON, a line each, at most 1 MiB of them or
-- one: made here so that the function passes text on and parses none of it. Small, since the function
-- holds a piece several times over. lines is null at the end.
create function public.export_messages(conversation_id uuid, after bigint, through bigint)
returns json
language plpgsql
stable
security invoker
set search_path = ''
set enable_sort = off
as $$
declare
  max_bytes constant bigint := 1024 * 1024;
  seqs   bigint[];
  answer json;
begin
  seqs := array(
    select p.seq
    from (
      select m.seq, sum(m.size_bytes) over w as bytes, row_number() over w as number
      from continuum.messages m
      where m.conversation_id = export_messages.conversation_id
        and m.seq > export_messages.after and m.seq <= export_messages.through
      window w as (order by m.seq)
      order by m.seq
      limit 1000
    ) p
    where p.bytes <= max_bytes or p.number = 1
    order by p.seq
  );
  select json_build_object(
    'lines', string_agg('{"type":"message",' || ltrim(e.value::text, '{') || E'\n', '' order by e.ordinality),
    'count', count(*),
    'last_seq', seqs[cardinality(seqs)]
  )
  into answer
  from json_array_elements(continuum.messages_json(export_messages.conversation_id, seqs))
    with ordinality e;
  return answer;
end;
$$;

comment on function public.begin_export is 'Problems: not_found.';

revoke all on function
  public.begin_export,
  public.export_messages
from public, anon, authenticated, service_role;
grant execute on function
  public.begin_export,
  public.export_messages
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123090900', 'export');
