-- How many tokens a message is for a model, estimated when it is written, if its client does not say.

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

-- The media type of base64, by the first bytes of the formats that models take; null for any other text. A client
-- may keep bytes under a name that nobody else has for them.
create function continuum.type_of_base64(value text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  head constant text := left(value, 256);
begin
  if octet_length(value) < 64 or head !~ '^[A-Za-z0-9+/_=\r\n-]+$' then
    return null;
  end if;
  return case
    when head ~ '^(iVBORw0KGgo|/9j/|R0lGOD[dl]h|Qk[0-3].{5}AAAA|UklGR.{6}XRUJQ|SUkqA|TU0AK|AAAA..Z0eXB(oZWlj|hdmlm|taWYx))'
      then 'image/*'
    when head ~ '^JVBERi' then 'application/pdf'
    when head ~ '^(UklGR.{6}XQVZF|SUQz|T2dnU|ZkxhQ|AAAA..Z0eXBNNE)' then 'audio/*'
    when head ~ '^(AAAA..Z0eXB|GkXfo)' then 'video/*'
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
  type   constant text := lower(coalesce(part ->> 'type', part ->> 'kind'));
  source constant jsonb := case when jsonb_typeof(part -> 'source') = 'object' then part -> 'source' else '{}' end;
  noun   text := substring(
    type from '^(?:(?:input|output|computer|reasoning)[-_])?'
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
    or jsonb_typeof(part #> '{document,data}') = 'object'
    or left(part #>> '{document,data}', 256) ~ '[^A-Za-z0-9+/_=\r\n-]'
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
    '{data,url,uri,image_url,imageUrl,audio_url,video_url,document_url,file_url,file_id,fileId,source,source_type,bytes,'
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
    type,kind,role,status,state,object,detail,format,model,phase,url,uri,source_type,filename,
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
              coalesce(n.value ->> 'type', n.value ->> 'kind') ~* 'image|audio|video|document|file|media|pdf|screenshot'
              or n.value ?| '{source,blob}' or n.key in ('inlineData', 'inline_data', 'fileData', 'file_data')
            )
            then continuum.media_part_tokens(n.value, n.key, n.is_data)
          when n.kind = 'string' and left(n.value #>> '{}', 5) = 'data:'
            and left(n.value #>> '{}', 200) ~ '^data:([a-z]+/[^ ,;]+|[^ ,]*;base64)[^ ,]*,'
            then continuum.media_tokens(null, substring(left(n.value #>> '{}', 200) from '^data:([^;,]+)'))
          when s.is_blob and n.key in ('image', 'audio', 'video', 'b64_json')
            then continuum.media_tokens(replace(n.key, 'b64_json', 'image'), null)
          when s.base64_type is not null then continuum.media_tokens(null, s.base64_type)
        end as media,
        s.is_blob or n.kind = 'string' and n.key ~* 'encrypted|redacted|signature$' as is_opaque
      from (
        select n.kind = 'string' and n.key = any (blob_keys) and octet_length(n.value #>> '{}') >= 64
          and left(n.value #>> '{}', 256) ~ '^[A-Za-z0-9+/_=-]+$' as is_blob,
          case
            when n.kind = 'string' and n.key !~* 'encrypted|redacted|signature$'
              then continuum.type_of_base64(n.value #>> '{}')
          end as base64_type
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

-- Called by functions that run as their owner.
revoke all on function
  continuum.media_tokens,
  continuum.type_of_base64,
  continuum.media_part_tokens,
  continuum.estimate_tokens,
  continuum.estimate_tokens_of_parts
from public, anon, authenticated, service_role;

insert into continuum.schema_version (version, description)
values ('20261123090550', 'tokens');
