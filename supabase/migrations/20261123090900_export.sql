-- What an export is made of, a bounded piece a call: the function streams the pieces and holds one.

-- The conversation, as far as it goes at this moment.
create function public.begin_export(continuation_id text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  caller constant uuid                    := continuum.require_account();
  target constant continuum.conversations := continuum.require_access(continuation_id, 'viewer');
begin
  return continuum.conversation_json(target, continuum.access_to(target));
end;
$$;

-- Messages after one seq and up to another as NDJSON, a line each, at most 1 MiB of them or one: made
-- here so that the function passes text on and parses none of it. Small, since the function holds a piece
-- several times over. lines is null at the end. A replica that is behind the last seq asked for refuses. A line break that a client has sent between two tokens of
-- its parts would end a line: it is a space here, which is the same JSON.
create function public.export_messages(conversation_id uuid, after bigint, through bigint)
returns text
language plpgsql
stable
security invoker
set search_path = ''
set enable_sort = off
set plan_cache_mode = force_generic_plan
as $$
declare
  max_bytes constant bigint := 1024 * 1024;
  seqs   bigint[];
  answer json;
begin
  perform continuum.require_account();
  if pg_is_in_recovery() then
    perform continuum.require_replayed(
      (select c.last_seq from continuum.conversations c where c.id = export_messages.conversation_id), through
    );
  end if;
  -- Asked once and first: under the policy alone, every row would be read to find that none is to be seen.
  if not continuum.reads(export_messages.conversation_id) then
    return '{"lines":null,"count":0,"last_seq":null}';
  end if;
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
    'lines', string_agg(
      '{"type":"message",' || ltrim(translate(e.value::text, E'\r\n', '  '), '{') || E'\n', '' order by e.ordinality
    ),
    'count', count(*),
    'last_seq', seqs[cardinality(seqs)]
  )
  into answer
  from json_array_elements(continuum.messages_json(export_messages.conversation_id, seqs)::json)
    with ordinality e;
  return answer::text;
end;
$$;

comment on function public.begin_export is 'Problems: invalid_token, not_found.';

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
