-- read_context: the newest messages that fit a model's token budget. It walks from the newest and
-- stops where the budget does, so its work depends on the budget and not on the conversation.

-- The ids that a message's typed parts call tools by, and the ids that they answer. Known are the
-- names of the common providers: tool_call, tool_use, tool-call, function_call; tool_result,
-- tool-result, function_call_output.
create function continuum.tool_calls(parts jsonb)
returns text[]
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select coalesce(array_agg(c.id) filter (where c.id is not null), '{}')
    from jsonb_array_elements(parts) p
    cross join lateral (
      select coalesce(p ->> 'call_id', p ->> 'id', p ->> 'tool_call_id', p ->> 'toolCallId')
    ) c (id)
    where p ->> 'type' in ('tool_call', 'tool_use', 'tool-call', 'function_call')
  );
end;
$$;

create function continuum.tool_results(parts jsonb)
returns text[]
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (
    select coalesce(array_agg(r.id) filter (where r.id is not null), '{}')
    from jsonb_array_elements(parts) p
    cross join lateral (
      select coalesce(p ->> 'tool_call_id', p ->> 'tool_use_id', p ->> 'toolCallId', p ->> 'call_id')
    ) r (id)
    where p ->> 'type' in ('tool_result', 'tool-result', 'function_call_output')
  );
end;
$$;

-- System messages are always kept. The others are the longest run up to the newest that fits the
-- budget, max_messages and 4 MiB, and that does not begin between a tool's call and its result. A
-- result names its call by id in its parts; one of role tool without an id answers the assistant
-- message before it.
create function public.read_context(
  continuation_id text,
  max_tokens      integer,
  max_messages    integer default 500
)
returns json
language plpgsql
stable
security invoker
set search_path = ''
set enable_sort = off
as $$
declare
  max_bytes constant bigint := 4 * 1024 * 1024;
  max_waiting constant integer := 2000;
  target     continuum.conversations := continuum.find_conversation(continuation_id);
  capped     integer := least(greatest(max_messages, 1), 2000);
  candidate  record;
  tokens     bigint;
  bytes      bigint;
  messages   bigint;
  fits       boolean;
  too_small  boolean;
  -- The walk goes back in time, so a result comes before its call: these wait for theirs.
  waiting    text[] := '{}';
  wait_role  boolean := false;
  -- The oldest seq at which nothing waits: where the window may begin.
  start_seq  bigint;
  start_used bigint;
  needed     bigint;
  seqs       bigint[];
  estimated  boolean;
begin
  if target.id is null then
    return json_build_object(
      'conversation', null, 'messages', '[]'::json, 'tokens_used', 0, 'estimated', false,
      'omitted_before_seq', null
    );
  end if;

  -- One more than any window holds is enough to know that they do not fit.
  select coalesce(sum(s.token_count), 0), coalesce(sum(s.size_bytes), 0), count(*)
  into start_used, bytes, messages
  from (
    select m.token_count, m.size_bytes
    from continuum.messages m
    where m.conversation_id = target.id and m.role = 'system'
    order by m.seq
    limit 2001
  ) s;
  tokens := start_used;
  fits := tokens <= max_tokens and messages <= capped and (bytes <= max_bytes or messages <= 1);
  too_small := not fits;
  needed := messages;

  for candidate in
    select m.seq, m.role, m.token_count, m.size_bytes,
      case when m.parts is null then '{}' else continuum.tool_calls(m.parts) end as calls,
      case when m.parts is null then '{}' else continuum.tool_results(m.parts) end as results
    from continuum.messages m
    where m.conversation_id = target.id and m.role <> 'system'
    order by m.seq desc
    limit 2000
  loop
    tokens := tokens + candidate.token_count;
    bytes := bytes + candidate.size_bytes;
    messages := messages + 1;
    fits := fits and tokens <= max_tokens and messages <= capped and (bytes <= max_bytes or messages = 1);
    exit when not fits and start_seq is not null;

    waiting := array(
      select distinct id from unnest(waiting || candidate.results) id where id <> all (candidate.calls)
    );
    -- More than any window holds messages: their calls count as nowhere, and end the run.
    exit when cardinality(waiting) > max_waiting;
    wait_role := case
      when candidate.role = 'assistant' then false
      when candidate.role = 'tool' and cardinality(candidate.results) = 0 then true
      else wait_role
    end;
    if cardinality(waiting) = 0 and not wait_role then
      start_seq := candidate.seq;
      start_used := tokens;
    end if;
    -- Past the limits it goes on until the newest message has all that it needs, and no further
    -- than any window could.
    if not fits and (start_seq is not null or bytes > max_bytes) then
      too_small := true;
      needed := messages;
      start_used := tokens;
      exit;
    end if;
  end loop;

  if too_small then
    perform continuum.raise_problem('budget_too_small', jsonb_build_object(
      'max_tokens', max_tokens, 'tokens_needed', start_used, 'messages_needed', needed
    ));
  end if;
  -- Only results whose calls are nowhere: none of them can be part of a window.
  start_seq := coalesce(start_seq, target.last_seq + 1);

  select array_agg(m.seq order by m.seq), coalesce(bool_or(m.is_estimated), false)
  into seqs, estimated
  from (
    select w.seq, w.is_estimated from continuum.messages w
    where w.conversation_id = target.id and w.seq >= start_seq
    union all
    select s.seq, s.is_estimated from continuum.messages s
    where s.conversation_id = target.id and s.role = 'system'
      and s.seq < start_seq
  ) m;

  return json_build_object(
    'conversation', continuum.conversation_json(target),
    'messages', continuum.messages_json(target.id, coalesce(seqs, '{}')),
    'tokens_used', start_used,
    'estimated', estimated,
    'omitted_before_seq', (
      select start_seq
      where exists (
        select 1 from continuum.messages o
        where o.conversation_id = target.id and o.seq < start_seq and o.role <> 'system'
      )
    )
  );
end;
$$;

comment on function public.read_context is
  'The newest messages within a token budget. Problems: budget_too_small.';

revoke all on function
  continuum.tool_calls,
  continuum.tool_results,
  public.read_context
from public, anon, authenticated, service_role;
grant execute on function
  continuum.tool_calls,
  continuum.tool_results,
  public.read_context
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123090700', 'context');
