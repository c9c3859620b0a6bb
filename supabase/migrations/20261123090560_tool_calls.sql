-- Which tool calls a message makes and which it answers, worked out when it is written, so that a context can
-- keep the two together without looking into parts.

-- Tool calls and their results, in whatever words a provider or a framework has for them. A call and a
-- result are told apart by what they hold: a call has arguments, a result refers to a call by its id.
-- Only what that leaves open is left to the name of the type. A part that holds both, as of the AI SDK or
-- a tool that a provider ran itself, is a call that needs no other.
--
-- What one object says: {"calls": […], "results": […]}, null if it is neither. hint is what the key that
-- holds it said: "call" for tool_calls or functionCall, "result" for functionResponse or toolResult.
create function continuum.tool_ids_of(part jsonb, hint text)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  -- toolResponse reads as tool_response.
  type text := lower(regexp_replace(
    left(coalesce(part ->> 'type', part ->> 'part_kind', part ->> 'block_type', part ->> '$type', ''), 256),
    '([a-z])([A-Z])', '\1_\2', 'g'
  ));
  -- The id of the call, as a result or a part of both sides refers to it.
  ref  constant text := coalesce(
    part ->> 'call_id', part ->> 'callId', part ->> 'callID',
    part ->> 'tool_call_id', part ->> 'toolCallId', part ->> 'toolCallID',
    part ->> 'tool_use_id', part ->> 'toolUseId', part ->> 'toolUseID',
    part ->> 'tool_invocation_id', part ->> 'toolInvocationId',
    part ->> 'function_call_id', part ->> 'functionCallId', part ->> 'CallId', part ->> 'actionExecutionId',
    case when hint = 'result' then part #>> '{origin,id}' end
  );
  own  constant text := case
    when jsonb_typeof(part -> 'id') in ('string', 'number') then part ->> 'id'
    when jsonb_typeof(part -> 'Id') = 'string' then part ->> 'Id'
  end;
  name constant text := case when jsonb_typeof(part -> 'name') = 'string' then part ->> 'name' end;
  approval constant text := coalesce(part ->> 'approvalId', part ->> 'approval_request_id');
  -- {"id": …, "function": {"name": …, "arguments": …}}
  is_nested constant boolean :=
    coalesce(jsonb_typeof(coalesce(part -> 'function', part -> 'custom')) = 'object', false);
  has_input constant boolean := part ?| '{
      arguments,args,input,parameters,action,actions,operation,rawInput,tool_input,toolInput,tool_kwargs,code,queries,Arguments
    }'
    or is_nested
    or coalesce(jsonb_typeof(part -> 'state') = 'object' and part -> 'state' ? 'input', false);
  has_output constant boolean := part ?| '{output,result,response,content,error,errorText,structuredContent,outputs}';
  -- By a type's name: function_call_output and tool_result before function_call and tool_use. A part of the
  -- AI SDK has a state, its type is the tool's name, and it always is the call.
  is_result boolean := coalesce(hint = 'result', false)
    or type ~ '(^|[-_])(result|output|response|return|error|denied)([-_]|$)' and not part ? 'state'
      and (ref is not null or type ~ 'tool|call|function|use');
  is_call boolean := coalesce(hint = 'call', false) or type ~ '(call|use|invocation)$|(tool|function)_request$'
    or type ~ '^(dynamic-)?tool' and part ? 'state';
begin
  -- Consent to a call: a request refers to the call, a response to the request.
  if approval is not null and (ref is not null or part ?| '{approved,approve}') and not has_input then
    return case
      when part ?| '{approved,approve}' then
        jsonb_build_object('calls', '[]'::jsonb, 'results', jsonb_build_array(approval))
      else
        jsonb_build_object('calls', jsonb_build_array(approval), 'results', jsonb_build_array(ref))
    end;
  end if;

  -- JSON-RPC, of which MCP is made.
  if own is not null and part ? 'jsonrpc' then
    is_call := part ->> 'method' = 'tools/call';
    is_result := part ?| '{result,error}';
    if not (coalesce(is_call, false) or is_result) then
      return null;
    end if;
  end if;

  if is_result and coalesce(ref, own, name) is not null then
    return jsonb_build_object('calls', '[]'::jsonb, 'results', case
      when ref is not null then jsonb_build_array(ref)
      when own is not null then jsonb_build_array(own)
      when hint = 'result' then jsonb_build_array('name:' || name)
      else '[]'::jsonb
    end);
  end if;

  if is_call and coalesce(ref, own) is not null
    or ref is not null and has_input
    or own is not null and has_input
      and (is_nested or part ?| '{name,toolName,tool_name,functionName,FunctionName,tool}')
    or hint = 'call' and name is not null
  then
    return jsonb_build_object(
      'calls', to_jsonb(array_remove(array[ref, own, case when hint = 'call' then 'name:' || name end], null)),
      'results', to_jsonb(array_remove(array[approval], null))
    );
  end if;

  -- A bare reference. What only begins or asks for a call is no result.
  if ref is not null and (has_output or type !~ '(^|[-_])(input|start|request)([-_]|$)') then
    return jsonb_build_object('calls', '[]'::jsonb, 'results', jsonb_build_array(ref));
  end if;
  return null;
end;
$$;

-- All that the parts say, wherever they hold it: {"calls", "results"} a row, for up to 2,000 calls and
-- results. What a call was given and what a result holds is the tool's own business and is not looked into.
create function continuum.tool_ids(document jsonb)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
  max_level constant integer := 8;
begin
  -- Most messages hold text alone.
  if not document @? '$[*] ? (!(@.type == "text" || @.type == "input_text" || @.type == "output_text"))' then
    return;
  end if;
  return query
  with recursive walk (value, kind, hint, level, ids) as (
    select document, 'array', null::text, 0, null::jsonb
    union all
    select n.value, n.kind, n.hint, w.level + 1, f.ids
    from walk w
    cross join lateral (
      select
        m.value, jsonb_typeof(m.value) as kind,
        case
          when m.key ~* '(function|tool)_?(call|use|invocation)s?$' then 'call'
          when m.key ~* '(function|tool)_?((call|use)_?)?(response|result|output|return)s?$' then 'result'
        end as hint
      from jsonb_each(case when w.kind = 'object' then w.value end) m
      where jsonb_typeof(m.value) in ('object', 'array')
      union all
      select e.value, jsonb_typeof(e.value), case when e.value ->> 'role' = 'function' then 'result' else w.hint end
      from jsonb_array_elements(case when w.kind = 'array' then w.value end) e
      where jsonb_typeof(e.value) in ('object', 'array')
    ) n
    cross join lateral (
      select case
        when n.kind = 'object' and (
          n.hint is not null
          or n.value ?| '{
            id,call_id,callId,callID,tool_call_id,toolCallId,toolCallID,tool_use_id,toolUseId,toolUseID,
            tool_invocation_id,toolInvocationId,function_call_id,functionCallId,approvalId,approval_request_id,
            Id,CallId,actionExecutionId
          }'
        ) then continuum.tool_ids_of(n.value, n.hint)
      end as ids
    ) f
    where w.ids is null and w.level < max_level
  )
  select w.ids from walk w where w.ids is not null
  limit 2000;
end;
$$;

-- The ids by which a message's parts call tools, and the ids of the calls that they answer; null if there
-- are none. A result whose call is in the same message needs no other and is not among them. Up to 1,000
-- ids, each by its first 256 characters.
create function continuum.call_ids(document jsonb)
returns text[]
language plpgsql
immutable
set search_path = ''
as $$
begin
  if document is null then
    return null;
  end if;
  return nullif(array(
    select distinct left(c.id, 256) collate "C" as id
    from continuum.tool_ids(document) t
    cross join lateral jsonb_array_elements_text(t -> 'calls') c (id)
    where c.id <> ''
    order by id
    limit 1000
  ), '{}');
end;
$$;

create function continuum.result_ids(document jsonb)
returns text[]
language plpgsql
immutable
set search_path = ''
as $$
begin
  if document is null then
    return null;
  end if;
  return nullif(array(
    with ids as materialized (select t from continuum.tool_ids(document) t)
    select left(r.id, 256) collate "C" as id
    from ids
    cross join lateral jsonb_array_elements_text(ids.t -> 'results') r (id)
    where r.id <> ''
    except
    select left(c.id, 256)
    from ids
    cross join lateral jsonb_array_elements_text(ids.t -> 'calls') c (id)
    order by id
    limit 1000
  ), '{}');
end;
$$;

-- Of the calls that live messages before a position make, the earliest that one of these results answers:
-- for each id the nearest call, whoever made it, and of those the first. null if there is none. It looks
-- back from the newest call, at up to 2,000 messages with calls and a million pairs of ids, and as far as
-- `after`.
create function continuum.nearest_call(conversation_id uuid, after bigint, before bigint, results text[])
returns bigint
language plpgsql
stable
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_sort = off
set enable_bitmapscan = off
as $$
declare
  max_pairs constant bigint  := 1000000;
  pairs    bigint := 0;
  open_ids text[] := results;
  earliest bigint;
  call     record;
begin
  for call in
    select m.position, m.call_ids
    from continuum.messages m
    where m.conversation_id = nearest_call.conversation_id and m.live and m.call_ids is not null
      and m.position > nearest_call.after and m.position < nearest_call.before
      and m.role not in ('system', 'developer')
    order by m.position desc
    limit 2000
  loop
    pairs := pairs + cardinality(call.call_ids)::bigint * cardinality(open_ids);
    exit when pairs > max_pairs;
    if call.call_ids && open_ids then
      earliest := call.position;
      open_ids := array(select r.id from unnest(open_ids) r (id) where r.id <> all (call.call_ids));
      exit when open_ids = '{}';
    end if;
  end loop;
  return earliest;
end;
$$;

-- The earliest position whose call a message that is written at `place` answers: by the ids of its results,
-- and for a message of role tool without any, the nearest assistant message before it. null if it answers
-- no call, or one that is nowhere. write_messages asks, under the row lock of the conversation.
create function continuum.find_call(
  conversation_id uuid,
  place           bigint,
  role            continuum.message_role,
  results         text[]
)
returns bigint
language plpgsql
stable
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_sort = off
set enable_bitmapscan = off
as $$
begin
  if results is not null then
    return continuum.nearest_call(conversation_id, 0, place, results);
  elsif role <> 'tool' then
    return null;
  end if;
  return (
    select a.position
    from (
      select m.position, m.role
      from continuum.messages m
      where m.conversation_id = find_call.conversation_id and m.live and m.erased_at is null
        and m.position < find_call.place
      order by m.position desc
      limit 2000
    ) a
    where a.role = 'assistant'
    order by a.position desc
    limit 1
  );
end;
$$;

-- Called by functions that run as their owner.
revoke all on function
  continuum.tool_ids_of,
  continuum.tool_ids,
  continuum.call_ids,
  continuum.result_ids,
  continuum.nearest_call,
  continuum.find_call
from public, anon, authenticated, service_role;

insert into continuum.schema_version (version, description)
values ('20261123090560', 'tool calls');
