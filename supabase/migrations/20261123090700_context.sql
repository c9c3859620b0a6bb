-- Context: the newest messages that fit a model's token budget. What that needs to know of a message is
-- worked out once, when it is written: how many tokens it is, and the position of the tool call that it
-- answers. So reading a context looks at columns of the messages it returns, and never into their parts.

-- What an image, a document, a sound or a video counts as. Round numbers of ours: what a model counts
-- depends on the size of an image, the pages of a document and the length of a recording, and these are
-- what a screenshot, a few pages, a minute of speech and half a minute of video come to. A client that
-- knows better sends token_count.
create function continuum.media_tokens(noun text, mime_type text)
returns integer
language plpgsql
immutable
set search_path = ''
as $$
declare
  image_tokens    constant integer := 1500;
  document_tokens constant integer := 5000;
  audio_tokens    constant integer := 2000;
  video_tokens    constant integer := 10000;
begin
  return case
    when noun in ('image', 'screenshot') or mime_type like 'image/%' then image_tokens
    when noun = 'audio' or mime_type like 'audio/%' then audio_tokens
    when noun = 'video' or mime_type like 'video/%' then video_tokens
    else document_tokens
  end;
end;
$$;

-- The flat number of a part that is an image, a document or a recording, under that key; null if it is
-- something else, or a document that carries its text as text. The common shapes: a type such as
-- image_url, input_file or document beside a URL, an id or the bytes; inlineData and fileData of Gemini;
-- {"image": {"source": …}} of Bedrock; a resource of MCP with a blob. In JSON that a tool was given or
-- gave back, {"type": "file", "url": …} is most likely a listing, so there it takes bytes, or a type that
-- means nothing else.
create function continuum.media_part_tokens(part jsonb, key text, is_data boolean)
returns integer
language plpgsql
immutable
set search_path = ''
as $$
declare
  type   constant text := lower(part ->> 'type');
  source constant jsonb := case when jsonb_typeof(part -> 'source') = 'object' then part -> 'source' else '{}' end;
  noun   text := substring(
    type from '^(?:(?:input|output|computer)[-_])?'
      '(image|audio|video|document|file|media|pdf|screenshot)(?:[-_](?:url|data|id|file|base64))*$'
  );
  mime_type text;
begin
  noun := case
    when noun is not null then noun
    when key in ('inlineData', 'inline_data', 'fileData', 'file_data') then 'file'
    when key in ('image', 'audio', 'video', 'document') and part ? 'source' then key
    when part ? 'blob' and part ? 'uri' then 'file'
    when type = 'image_generation_call' and part ? 'result' then 'image'
  end;
  if noun is null
    or jsonb_typeof(part -> 'text') = 'string'
    or jsonb_typeof(part -> 'content') in ('string', 'array')
    or source ?| '{text,content}'
    or source ->> 'type' in ('text', 'content')
  then
    return null;
  end if;

  if is_data and type !~ '^(input|computer)[-_]|[-_](url|data|base64)$' then
    if not (part ?| '{data,base64,blob,bytes,b64_json}' or source ?| '{data,bytes}')
      and coalesce(part #>> '{image_url,url}', part ->> 'image_url', part ->> 'url', '') not like 'data:%'
    then
      return null;
    end if;
  elsif not part ?| (
    '{data,url,uri,image_url,imageUrl,audio_url,video_url,file_url,file_id,fileId,source,source_type,bytes,'
    'base64,blob,b64_json,file_data,fileUri,file_uri,s3Location,image,audio,video,document,file,input_audio,'
    'image_file,result}'
  )::text[] then
    return null;
  end if;

  mime_type := lower(coalesce(
    part ->> 'mediaType', part ->> 'mimeType', part ->> 'media_type', part ->> 'mime_type', source ->> 'media_type',
    substring(left(coalesce(part #>> '{file,file_data}', part ->> 'file_data', part ->> 'url', part ->> 'data'), 100)
      from '^data:([^;,]+)')
  ));
  return continuum.media_tokens(noun, mime_type);
end;
$$;

-- An estimate of the tokens that a model is given with a message, by UTF-8 bytes / 4: its content, the
-- text in its parts, the names and inputs of tool calls and what tools gave back, JSON as its text.
-- Images, documents and recordings are a flat number each. The bytes of base64, data URLs, signatures
-- and encrypted content never count, nor do ids, types, and what is said to the client alone.
--
-- It goes down through the parts ("prose": strings count), and from the keys that hold a tool's JSON
-- ("data": the text as a whole counts, and what is found in it is taken off again).
create function continuum.estimate_tokens(content text, document jsonb)
returns integer
language plpgsql
immutable
set search_path = ''
as $$
begin
  if document is null then
    return ceil(octet_length(content) / 4.0);
  end if;
  return continuum.estimate_tokens_of_parts(coalesce(octet_length(content), 0), document);
end;
$$;

create function continuum.estimate_tokens_of_parts(content_bytes integer, document jsonb)
returns integer
language plpgsql
immutable
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
  -- Prose that is deeper counts as JSON; from a tool's JSON nothing deeper is taken off.
  max_prose_level constant integer := 12;
  max_data_level  constant integer := 24;
  -- Strings that label what they stand beside.
  label_keys constant text[] := '{
    type,role,status,state,object,detail,format,model,phase,url,uri,source_type,filename,
    mimeType,mime_type,mediaType,media_type,created_at,createdAt,timestamp,
    callId,callID,toolCallId,toolCallID,toolUseId,toolUseID,itemId,fileId,sourceId,approvalId
  }';
  -- Whatever they hold, no model is given it.
  aside_keys constant text[] := '{
    id,metadata,_meta,usage,usage_metadata,response_metadata,additional_kwargs,annotations,citations,logprobs,
    artifact,cache_control,cachePoint,providerMetadata,providerOptions,provider_options,callProviderMetadata,
    resultProviderMetadata
  }';
  data_keys constant text[] := '{
    input,args,arguments,parameters,action,operation,output,outputs,result,results,response,json,
    structuredContent,structured_content,rawInput,rawOutput,tool_input,tool_kwargs
  }';
  blob_keys constant text[] := '{data,bytes,base64,blob,b64_json,file_data,image,audio,video}';
  bytes bigint;
  media bigint;
begin
  -- Most parts are plain text.
  if not document @? '$[*] ? (!(@.type == "text" && @.text.type() == "string") || @.text starts with "data:")'
    and not document @? '$[*].keyvalue() ? (@.key != "type" && @.key != "text")'
  then
    select coalesce(sum(octet_length(t.value #>> '{}')), 0) into bytes
    from jsonb_path_query(document, '$[*].text') t (value);
    return ceil((content_bytes + bytes) / 4.0);
  end if;

  with recursive walk (value, kind, key, is_data, level, media, bytes) as (
    select document, 'array', '', false, 0, null::integer, 0::bigint
    union all
    select
      n.value, n.kind, n.key, n.is_data, w.level + 1, f.media,
      -- The text of a tool's JSON counts where it begins.
      case when n.is_data and not w.is_data then octet_length(n.value::text)::bigint else 0 end
      + case
        when f.media is not null or f.is_opaque then
          case when n.is_data then -octet_length(n.value::text) else 0 end
        when n.is_data then 0
        when n.kind = 'string' then octet_length(n.value #>> '{}')
        when w.level + 1 = max_prose_level then octet_length(n.value::text)
        else 0
      end
    from walk w
    cross join lateral (
      select
        m.value, jsonb_typeof(m.value) as kind,
        -- The text of a plain document is called data, and so is what was encrypted.
        case
          when m.key <> 'data' then m.key
          when w.value ->> 'type' = 'text' then 'text'
          when w.value ->> 'type' ~ 'thinking|reasoning|encrypted' then 'encrypted'
          else m.key
        end as key,
        w.is_data or m.key = any (data_keys) and jsonb_typeof(m.value) in ('object', 'array') as is_data
      from jsonb_each(case when w.kind = 'object' then w.value end) m
      where w.is_data
        or m.key = 'type' and w.value ?& '{toolCallId,state}'
        or not (
          m.key = any (aside_keys)
          or jsonb_typeof(m.value) = 'string' and (m.key = any (label_keys) or m.key like '%\_id')
        )
      union all
      select e.value, jsonb_typeof(e.value), w.key, w.is_data
      from jsonb_array_elements(case when w.kind = 'array' then w.value end) e
    ) n
    cross join lateral (
      select
        case
          when n.kind = 'object'
            and (
              n.value ->> 'type' ~* 'image|audio|video|document|file|media|pdf|screenshot'
              or n.value ?| '{source,blob}' or n.key in ('inlineData', 'inline_data', 'fileData', 'file_data')
            )
            then continuum.media_part_tokens(n.value, n.key, n.is_data)
          when n.kind = 'string' and left(n.value #>> '{}', 200) ~ '^data:([a-z]+/[^ ,;]+|[^ ,]*;base64)[^ ,]*,'
            then continuum.media_tokens(null, substring(left(n.value #>> '{}', 200) from '^data:([^;,]+)'))
          when s.is_blob and n.key in ('image', 'audio', 'video', 'b64_json')
            then continuum.media_tokens(replace(n.key, 'b64_json', 'image'), null)
        end as media,
        s.is_blob or n.kind = 'string' and n.key ~* 'encrypted|redacted|signature$' as is_opaque
      from (
        select n.kind = 'string' and n.key = any (blob_keys) and octet_length(n.value #>> '{}') >= 64
          and left(n.value #>> '{}', 256) ~ '^[A-Za-z0-9+/_=-]+$' as is_blob
      ) s
    ) f
    where w.media is null
      and w.kind in ('array', 'object') and n.kind in ('array', 'object', 'string')
      and w.level < case when w.is_data then max_data_level else max_prose_level end
  )
  select coalesce(sum(w.bytes), 0), coalesce(sum(w.media), 0) into bytes, media
  from walk w;

  return least(2147483647, media + ceil((content_bytes + bytes) / 4.0));
end;
$$;

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
  type text := lower(coalesce(part ->> 'type', part ->> 'part_kind', part ->> 'block_type', ''));
  -- The id of the call, as a result or a part of both sides refers to it.
  ref  constant text := coalesce(
    part ->> 'call_id', part ->> 'callId', part ->> 'callID',
    part ->> 'tool_call_id', part ->> 'toolCallId', part ->> 'toolCallID',
    part ->> 'tool_use_id', part ->> 'toolUseId', part ->> 'toolUseID',
    part ->> 'tool_invocation_id', part ->> 'toolInvocationId',
    part ->> 'function_call_id', part ->> 'functionCallId'
  );
  own  constant text := case when jsonb_typeof(part -> 'id') in ('string', 'number') then part ->> 'id' end;
  name constant text := case when jsonb_typeof(part -> 'name') = 'string' then part ->> 'name' end;
  approval constant text := coalesce(part ->> 'approvalId', part ->> 'approval_request_id');
  -- {"id": …, "function": {"name": …, "arguments": …}}
  is_nested constant boolean :=
    coalesce(jsonb_typeof(coalesce(part -> 'function', part -> 'custom')) = 'object', false);
  has_input constant boolean := part ?| '{
      arguments,args,input,parameters,action,actions,operation,rawInput,tool_input,toolInput,tool_kwargs,code,queries
    }'
    or is_nested
    or coalesce(jsonb_typeof(part -> 'state') = 'object' and part -> 'state' ? 'input', false);
  has_output constant boolean := part ?| '{output,result,response,content,error,errorText,structuredContent,outputs}';
  -- By a type's name: function_call_output and tool_result before function_call and tool_use. A part of the
  -- AI SDK has a state, its type is the tool's name, and it always is the call.
  is_result boolean := coalesce(hint = 'result', false)
    or type ~ '(^|[-_])(result|output|response|return|error|denied)([-_]|$)' and not part ? 'state'
      and (ref is not null or type ~ 'tool|call|function|use');
  is_call boolean := coalesce(hint = 'call', false) or type ~ '(call|use|invocation)$'
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
      and (is_nested or part ?| '{name,toolName,tool_name,functionName,tool}')
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
            tool_invocation_id,toolInvocationId,function_call_id,functionCallId,approvalId,approval_request_id
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

-- Messages that are in a context: their seqs and what they count.
create type continuum.context_share as (
  seqs     bigint[],
  tokens   bigint,
  bytes    bigint,
  messages bigint
);

-- A context: its messages' seqs in the order of positions, and the position where its run of messages
-- begins if older ones are left out. If not even the newest message fits, seqs is null and the numbers
-- are what that would take.
create type continuum.context_window as (
  seqs                    bigint[],
  tokens                  bigint,
  messages                bigint,
  is_estimated            boolean,
  omitted_before_position bigint
);

-- The instructions that go into a context, newest first: up to 2,000 of the owner, or of those of others
-- as many as fit. One that is too large does not keep out the ones before it.
create function continuum.owners_instructions(conversation_id uuid, owner_id uuid)
returns continuum.context_share
language plpgsql
stable
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_sort = off
set enable_bitmapscan = off
as $$
declare
  share continuum.context_share;
begin
  select coalesce(array_agg(i.seq), '{}'), coalesce(sum(i.token_count), 0), coalesce(sum(i.size_bytes), 0), count(*)
  into share
  from (
    select m.seq, m.token_count, m.size_bytes
    from continuum.messages m
    where m.conversation_id = owners_instructions.conversation_id and m.live and m.role in ('system', 'developer')
      and m.erased_at is null and m.author_id = owners_instructions.owner_id
    order by m.position desc
    limit 2000
  ) i;
  return share;
end;
$$;

create function continuum.others_instructions(
  conversation_id uuid,
  owner_id        uuid,
  max_tokens      bigint,
  max_bytes       bigint,
  max_messages    bigint
)
returns continuum.context_share
language plpgsql
stable
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_sort = off
set enable_bitmapscan = off
as $$
declare
  share   continuum.context_share := ('{}', 0, 0, 0);
  message record;
begin
  for message in
    select m.seq, m.token_count, m.size_bytes
    from continuum.messages m
    where m.conversation_id = others_instructions.conversation_id and m.live and m.role in ('system', 'developer')
      and m.erased_at is null and m.author_id is distinct from others_instructions.owner_id
    order by m.position desc
    limit 2000
  loop
    exit when share.messages >= max_messages;
    if share.tokens + message.token_count <= max_tokens and share.bytes + message.size_bytes <= max_bytes then
      share.seqs := share.seqs || message.seq;
      share.tokens := share.tokens + message.token_count;
      share.bytes := share.bytes + message.size_bytes;
      share.messages := share.messages + 1;
    end if;
  end loop;
  return share;
end;
$$;

-- The context of a conversation within a budget. Instructions are messages of role system or developer:
-- the owner's are always in it. Those of others take at most half of the tokens, and only what the owner's
-- and the newest message leave: an editor cannot make a conversation unreadable. Of all other messages it
-- takes the longest run up to the newest that fits and that does not begin between a call and its result.
-- It walks from the newest message and stops at the first that does not fit, so its work depends on the
-- budget and not on the conversation.
--
-- All of it weighs at most 4 MiB, but that the newest message has its place whatever it weighs. If the
-- newest message is the result of a call that no context could hold together with it, its call counts as
-- nowhere.
--
-- Definer: the caller's right to read is asked once, and not once a row. It answers numbers only.
create function continuum.fit_context(conversation_id uuid, max_tokens integer, max_messages integer)
returns continuum.context_window
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
set enable_sort = off
set enable_bitmapscan = off
as $$
declare
  max_bytes    constant bigint  := 4194304;
  max_length   constant integer := 2000;
  -- A result of several calls is looked up anew if the earliest is gone; no more results than these.
  max_look_ups constant integer := 50;
  owner        uuid;
  owners       continuum.context_share;
  others       continuum.context_share;
  -- The owner's instructions and the run so far, then those of others too.
  tokens       bigint;
  bytes        bigint;
  messages     bigint;
  run_length   bigint;
  message      record;
  fits         boolean;
  look_ups     integer := 0;
  call         bigint;
  -- The earliest call that the run so far answers: it may not begin later.
  first_call   bigint;
  -- How far back the run can reach at most, and the same as a bound: earlier calls count as nowhere.
  reach        bigint;
  horizon      bigint  := 0;
  -- Where the longest run so far begins that is whole and fits.
  start        bigint;
  context      continuum.context_window;
begin
  if not continuum.reads(fit_context.conversation_id) then
    return null;
  end if;
  select c.owner_id into owner from continuum.conversations c where c.id = fit_context.conversation_id;
  owners := continuum.owners_instructions(fit_context.conversation_id, owner);

  <<walk>>
  loop
    tokens := owners.tokens;
    bytes := owners.bytes;
    messages := owners.messages;
    run_length := 0;
    first_call := null;
    for message in
      select
        m.position, m.token_count, m.size_bytes, m.call_position, m.result_ids,
        -- Whether the call is there still: its message may be erased, or revised to something else.
        m.call_position is not null and exists (
          select from continuum.messages c
          where c.conversation_id = m.conversation_id and c.position = m.call_position and c.live
            and c.erased_at is null and c.role not in ('system', 'developer')
            and (c.call_ids is not null or m.result_ids is null)
        ) as has_call
      from continuum.messages m
      where m.conversation_id = fit_context.conversation_id and m.live and m.erased_at is null
        and m.role not in ('system', 'developer')
      order by m.position desc
      limit 2001 -- One more than any context holds.
    loop
      run_length := run_length + 1;
      tokens := tokens + message.token_count;
      bytes := bytes + message.size_bytes;
      messages := messages + 1;
      fits := tokens <= max_tokens and messages <= max_messages
        and (bytes <= max_bytes or run_length = 1 and owners.bytes <= max_bytes);
      if start is not null and not fits then
        context.omitted_before_position := start;
        exit walk;
      elsif start is null and run_length > 1 and (messages > max_length or bytes > max_bytes) then
        horizon := reach;
        continue walk;
      end if;
      reach := message.position;

      call := case when message.has_call then message.call_position end;
      if call is null and cardinality(message.result_ids) > 1 and message.call_position is not null
        and look_ups < max_look_ups
      then
        look_ups := look_ups + 1;
        call := continuum.nearest_call(
          fit_context.conversation_id, message.call_position, message.position, message.result_ids
        );
      end if;
      if call >= horizon then
        first_call := least(first_call, call);
      end if;
      continue when message.position > first_call;

      if start is null then
        -- The newest message, with all that it needs.
        exit walk when not fits;
        others := continuum.others_instructions(
          fit_context.conversation_id, owner,
          least(max_tokens / 2, max_tokens - tokens), max_bytes - bytes, max_messages - messages
        );
        tokens := tokens + others.tokens;
        bytes := bytes + others.bytes;
        messages := messages + others.messages;
      end if;
      start := message.position;
      context.tokens := tokens;
      context.messages := messages;
    end loop;

    if run_length = 0 and tokens <= max_tokens and messages <= max_messages and bytes <= max_bytes then
      -- Instructions are all there is.
      others := continuum.others_instructions(
        fit_context.conversation_id, owner,
        least(max_tokens / 2, max_tokens - tokens), max_bytes - bytes, max_messages - messages
      );
      start := 9223372036854775807;
      context.tokens := tokens + others.tokens;
      context.messages := messages + others.messages;
    end if;
    exit;
  end loop;

  if start is null then
    context.tokens := tokens;
    context.messages := messages;
    return context;
  end if;
  select coalesce(array_agg(t.seq order by t.position), '{}'), coalesce(bool_or(t.is_estimated), false)
  into context.seqs, context.is_estimated
  from (
    (
      select r.seq, r.position, r.is_estimated
      from continuum.messages r
      where r.conversation_id = fit_context.conversation_id and r.live and r.erased_at is null
        and r.role not in ('system', 'developer') and r.position >= start
      order by r.position
      limit 2000
    )
    union all
    select i.seq, i.position, i.is_estimated
    from continuum.messages i
    where i.conversation_id = fit_context.conversation_id and i.seq = any (owners.seqs || others.seqs)
  ) t;
  return context;
end;
$$;

create function public.read_context(continuation_id text, max_tokens integer, max_messages integer)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  target  continuum.conversations;
  context continuum.context_window;
begin
  perform continuum.require_account();
  if max_tokens is null or max_tokens < 1 then
    perform continuum.raise_invalid('/max_tokens', 'Must be a whole number from 1 to 2147483647.');
  end if;
  if max_messages is null or max_messages not between 1 and 2000 then
    perform continuum.raise_invalid('/max_messages', 'Must be a whole number from 1 to 2000.');
  end if;

  target := continuum.find_conversation(continuation_id);
  if target.id is null then
    return '{"conversation":null,"messages":[],"tokens_used":0,"estimated":false,"omitted_before_position":null}';
  end if;
  context := continuum.fit_context(target.id, max_tokens, max_messages);
  if context.seqs is null then
    perform continuum.raise_problem('budget_too_small', jsonb_build_object(
      'max_tokens', max_tokens, 'tokens_needed', context.tokens, 'messages_needed', context.messages
    ));
  end if;

  return concat(
    '{"conversation":', continuum.conversation_json(target, continuum.access_to(target)),
    ',"messages":', continuum.messages_json(target.id, context.seqs),
    ',"tokens_used":', context.tokens,
    ',"estimated":', to_json(context.is_estimated),
    ',"omitted_before_position":', coalesce(context.omitted_before_position::text, 'null'), '}'
  );
end;
$$;

comment on function public.read_context is
  'The newest messages within a token budget. Problems: budget_too_small, validation_failed, invalid_token.';

-- All but fit_context and read_context are called by functions that run as their owner.
revoke all on function
  continuum.media_tokens,
  continuum.media_part_tokens,
  continuum.estimate_tokens,
  continuum.estimate_tokens_of_parts,
  continuum.tool_ids_of,
  continuum.tool_ids,
  continuum.call_ids,
  continuum.result_ids,
  continuum.nearest_call,
  continuum.find_call,
  continuum.owners_instructions,
  continuum.others_instructions,
  continuum.fit_context,
  public.read_context
from public, anon, authenticated, service_role;
grant execute on function
  continuum.fit_context,
  public.read_context
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123090700', 'context');
