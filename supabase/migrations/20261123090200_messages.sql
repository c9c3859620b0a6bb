-- Messages: a log per conversation, and the live line through it. seq is handed out under the
-- conversation's row lock, so it is the commit order. Rows are added, `live` moves, an erasure empties
-- one; all of that is done by the definer functions below, and nobody is granted insert or update.

create type continuum.message_role as enum ('system', 'developer', 'user', 'assistant', 'tool');

create domain continuum.message_content as text
  constraint message_content_has_at_most_1_mib check (octet_length(value) <= 1048576);

create domain continuum.message_parts as json
  constraint message_parts_is_array_of_at_most_4_mib check (
    json_typeof(value) = 'array' and octet_length(value::text) <= 4194304
  );

create domain continuum.token_count as integer
  constraint token_count_is_not_negative check (value >= 0);

create domain continuum.client_id as text
  constraint client_id_has_1_to_255_characters check (char_length(value) between 1 and 255);

create table continuum.messages (
  conversation_id uuid                      not null references continuum.conversations (id) on delete cascade,
  seq             bigint                    not null,
  -- UUID version 7: ids of one time lie side by side, so that an insert finds its block of the index in memory
  -- however large the table is.
  id              uuid                      not null default encode(
    set_bit(
      set_bit(
        overlay(
          uuid_send(gen_random_uuid())
          placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6
        ),
        52, 1
      ),
      53, 1
    ),
    'hex'
  )::uuid,
  author_id       uuid                      default auth.uid() references auth.users (id) on delete set null,
  role            continuum.message_role    not null,
  content         continuum.message_content,
  parts           continuum.message_parts,
  metadata        continuum.metadata        not null default '{}',
  token_count     continuum.token_count     not null,
  is_estimated    boolean                   not null default false,
  client_id       continuum.client_id,
  payload_hash    continuum.sha256,
  size_bytes      continuum.byte_count      not null,
  position        bigint                    not null,
  parent_position bigint                    not null,
  live            boolean                   not null default true,
  call_ids        text[],
  result_ids      text[],
  call_position   bigint,
  erased_at       timestamptz,
  created_at      timestamptz               not null default clock_timestamp(),
  search_vector   tsvector                  not null,
  primary key (conversation_id, seq),
  constraint messages_id_key unique (id),
  constraint messages_says_something check (
    coalesce(content, '') <> '' or coalesce(json_array_length(parts), 0) > 0 or erased_at is not null
  ),
  constraint messages_places_are_in_order check (
    position between 1 and seq and parent_position between 0 and position - 1 and call_position between 1 and position - 1
  ),
  constraint messages_erased_is_empty check (
    erased_at is null
    or (content is null and parts is null and metadata = '{}' and payload_hash is null and search_vector = '')
  )
);

-- What an Idempotency-Key made. Apart from client_id: the two are different name spaces.
create table continuum.append_keys (
  conversation_id uuid             not null references continuum.conversations (id) on delete cascade,
  key             text             not null check (char_length(key) between 1 and 255),
  payload_hash    continuum.sha256 not null,
  seqs            bigint[]         not null,
  created_at      timestamptz      not null default clock_timestamp(),
  primary key (conversation_id, key)
);

comment on table continuum.messages is 'A log: rows are added, live moves, erasing empties one.';
comment on column continuum.messages.author_id is 'Who appended it; null once that account is deleted.';
comment on column continuum.messages.content is 'Null only beside parts, or once erased.';
comment on column continuum.messages.parts is 'The text as it was sent: order, repetition and spelling of members and numbers.';
comment on column continuum.messages.token_count is 'As the client counted, else an estimate of all that a model is given.';
comment on column continuum.messages.is_estimated is 'Whether token_count is our estimate.';
comment on column continuum.messages.client_id is 'Makes a retry find the first attempt; unique among the live rows of a conversation. Null: the row''s id serves.';
comment on column continuum.messages.payload_hash is 'SHA-256 of what a retry must repeat; null once erased.';
comment on column continuum.messages.size_bytes is 'What the message weighs in an answer; bounds a page without reading the content.';
comment on column continuum.messages.position is 'Its own seq, or the position that it stands for as a revision.';
comment on column continuum.messages.parent_position is 'The live position before it when its position was made; 0 at the start.';
comment on column continuum.messages.live is 'Whether it is on the line that pages, contexts and search read.';
comment on column continuum.messages.call_ids is 'Ids of the tool calls that its parts make; null if there are none.';
comment on column continuum.messages.result_ids is 'Ids of the tool calls that its parts answer; null if there are none.';
comment on column continuum.messages.call_position is 'The earliest position whose tool call it answers; null if it answers none.';
comment on column continuum.messages.search_vector is 'What search looks in.';
comment on table continuum.append_keys is 'What each Idempotency-Key made, so that a retry is answered with it.';

-- The live line: one row a position. Serves pages and contexts.
create unique index messages_conversation_id_position_live_key
  on continuum.messages (conversation_id, position) where live;

-- Revisions alone: a switch of branches looks for the newest row of a position.
create index messages_revisions_idx
  on continuum.messages (conversation_id, position, seq) where position <> seq;

-- Retries find their message: at once among the live rows, where a client_id is unique, and among the others.
-- By one expression of both, so that no plan can walk a conversation instead, whatever the statistics say.
create unique index messages_conversation_id_client_id_live_key
  on continuum.messages ((conversation_id::text || client_id)) where live and client_id is not null;
create index messages_conversation_id_client_id_left_idx
  on continuum.messages ((conversation_id::text || client_id)) where not live and client_id is not null;

-- For the cascade from auth.users alone: without it, deleting an account reads every message.
create index messages_author_id_idx on continuum.messages (author_id);

-- A context takes these first.
create index messages_instructions_idx
  on continuum.messages (conversation_id, position) where live and role in ('system', 'developer');

-- Where a tool's result finds its call.
create index messages_calls_idx
  on continuum.messages (conversation_id, position) where live and call_ids is not null;

create index messages_search_vector_idx on continuum.messages using gin (search_vector) where live;

-- What of a row a retry is compared by: never a body, which may weigh megabytes.
create type continuum.message_key as (
  seq          bigint,
  id           uuid,
  position     bigint,
  live         boolean,
  client_id    continuum.client_id,
  payload_hash continuum.sha256,
  token_count  continuum.token_count,
  is_estimated boolean,
  is_erased    boolean
);

-- The rows of a conversation that a client's name for a message stands for, the live one first and then
-- the newest. Definer: the caller's right to read is asked once, and not once a row.
create function continuum.rows_of_client_id(conversation_id uuid, client_id text)
returns setof continuum.message_key
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if not continuum.reads(rows_of_client_id.conversation_id) then
    return;
  end if;
  return query
  select m.seq, m.id, m.position, m.live, m.client_id, m.payload_hash, m.token_count, m.is_estimated,
    m.erased_at is not null
  from continuum.messages m
  where m.conversation_id::text || m.client_id = rows_of_client_id.conversation_id::text || rows_of_client_id.client_id
    and m.live and m.client_id is not null;
  return query
  select m.seq, m.id, m.position, m.live, m.client_id, m.payload_hash, m.token_count, m.is_estimated,
    m.erased_at is not null
  from continuum.messages m
  where m.conversation_id::text || m.client_id = rows_of_client_id.conversation_id::text || rows_of_client_id.client_id
    and not m.live and m.client_id is not null
  order by m.seq desc
  limit 1000;
  -- By the id alone, and the conversation looked at after: for the same reason.
  return query
  select l.seq, l.id, l.position, l.live, l.client_id, l.payload_hash, l.token_count, l.is_estimated,
    l.erased_at is not null
  from (
    select m.* from continuum.messages m where m.id = continuum.as_uuid(rows_of_client_id.client_id) offset 0
  ) l
  where l.conversation_id = rows_of_client_id.conversation_id and l.client_id is null;
end;
$$;

-- Whether a position is on the live line; 0 is its start.
create function continuum.is_on_line(conversation_id uuid, place bigint)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return place = 0 or exists (
    select from continuum.messages m
    where m.conversation_id = is_on_line.conversation_id and m.live and m.position = place
  );
end;
$$;

-- The fields of the API's Message, in their order.
create type continuum.message_answer as (
  id              uuid,
  seq             bigint,
  position        bigint,
  parent_position bigint,
  live            boolean,
  role            continuum.message_role,
  content         text,
  parts           json,
  metadata        jsonb,
  token_count     integer,
  client_id       text,
  author_id       uuid,
  file_ids        json,
  erased_at       timestamptz,
  created_at      timestamptz
);

-- The Messages of the API as one JSON array, in the order of seqs. Definer: the caller's right to read is
-- asked once, and not once a row.
create function continuum.messages_json(conversation_id uuid, seqs bigint[])
returns text
language plpgsql
stable
security definer
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
  if not continuum.reads(messages_json.conversation_id) then
    return '[]';
  end if;
  return (
    with attached as (
      select f.message_seq as seq, json_agg(f.file_id order by f.attached_at, f.file_id) as file_ids
      from continuum.conversation_files f
      where f.conversation_id = messages_json.conversation_id
        and f.message_seq = any (messages_json.seqs)
      group by f.message_seq
    )
    select coalesce('[' || string_agg(
      row_to_json((
        m.id, m.seq, m.position, m.parent_position, m.live, m.role, m.content, m.parts, m.metadata,
        m.token_count, coalesce(m.client_id, m.id::text), m.author_id, coalesce(a.file_ids, '[]'), m.erased_at,
        m.created_at
      )::continuum.message_answer)::text, ',' order by wanted.index
    ) || ']', '[]')
    from unnest(messages_json.seqs) with ordinality wanted (seq, index)
    cross join lateral (
      select * from continuum.messages m
      where m.conversation_id = messages_json.conversation_id and m.seq = wanted.seq
      offset 0
    ) m
    left join attached a on a.seq = m.seq
  );
end;
$$;

-- A message of a batch as it is to be written. document is its parts for looking into; payload_hash
-- covers all that a retry must repeat.
create type continuum.incoming_message as (
  index        integer,
  role         continuum.message_role,
  content      text,
  parts        json,
  document     jsonb,
  metadata     jsonb,
  token_count  integer,
  client_id    text,
  revises      bigint,
  created_at   timestamptz,
  file_ids     uuid[],
  payload_hash bytea
);

-- Writes messages at the end of a conversation's log: the one way in. rewind_to ends the live line there
-- first; null leaves it. Answers their seqs, in order, and the conversation as it is then. Definer, because
-- the log, its line and the conversation's counters move together or not at all, and nobody is granted to
-- move one of them; it asks itself whether the caller may write, under the row lock, and writes in the
-- caller's name.
create function continuum.write_messages(
  conversation_id  uuid,
  rewind_to        bigint,
  messages         continuum.incoming_message[],
  out seqs         bigint[],
  out conversation continuum.conversations
)
language plpgsql
security definer
set search_path = ''
as $$
declare
  -- Cutting text into words takes a second or two a MiB, and a request has four: what comes after this many
  -- bytes of a batch is indexed by the beginning of each message.
  max_indexed constant bigint := 1048576;
  beginning   constant integer := 2000;
  author      constant uuid := auth.uid();
  scope   tsvector;
  written bigint := 0;
  message continuum.incoming_message;
  weight  bigint;
  place   bigint;
  parent  bigint;
  calls   text[];
  results text[];
begin
  select c.* into conversation
  from continuum.conversations c
  where c.id = write_messages.conversation_id and c.expires_at > now()
    and (c.owner_id = author or continuum.is_editor(c.id))
  for no key update;
  if not found then
    perform continuum.raise_problem('not_found');
  end if;

  if rewind_to < conversation.head_position then
    update continuum.messages m set live = false
    where m.conversation_id = conversation.id and m.live and m.position > rewind_to;
    conversation.head_position := rewind_to;
  end if;

  seqs := '{}';
  scope := continuum.scope_vector(conversation.owner_id, conversation.id);
  foreach message in array messages loop
    conversation.last_seq := conversation.last_seq + 1;
    if message.revises is null then
      place := conversation.last_seq;
      parent := conversation.head_position;
      conversation.head_position := place;
    else
      place := message.revises;
      update continuum.messages m set live = false
      where m.conversation_id = conversation.id and m.live and m.position = place
      returning m.parent_position into parent;
      if not found then
        perform continuum.raise_problem(
          'position_conflict', jsonb_build_object('head_position', conversation.head_position)
        );
      end if;
    end if;
    weight := coalesce(octet_length(message.content), 0)::bigint
      + coalesce(octet_length(message.parts::text), 0) + octet_length(message.metadata::text);
    if message.document is null then
      calls := null;
      results := null;
    else
      calls := continuum.call_ids(message.document);
      results := continuum.result_ids(message.document);
    end if;

    insert into continuum.messages (
      conversation_id, seq, author_id, role, content, parts, metadata, token_count, is_estimated, client_id,
      payload_hash, size_bytes, position, parent_position, call_ids, result_ids, call_position, created_at,
      search_vector
    )
    values (
      conversation.id, conversation.last_seq, author, message.role, message.content, message.parts,
      message.metadata, coalesce(message.token_count, continuum.estimate_tokens(message.content, message.document)),
      message.token_count is null, message.client_id, message.payload_hash, weight, place, parent, calls, results,
      case
        when results is not null or message.role = 'tool'
          then continuum.find_call(conversation.id, place, message.role, results)
      end,
      coalesce(message.created_at, clock_timestamp()),
      case
        when written < max_indexed then continuum.search_vector(message.content, message.document)
        else continuum.search_vector(left(message.content, beginning), null)
      end || scope
    );
    written := written + weight;
    seqs := seqs || conversation.last_seq;
  end loop;

  update continuum.conversations c
  set
    last_seq = conversation.last_seq,
    head_position = conversation.head_position,
    size_bytes = c.size_bytes + written,
    last_activity_at = clock_timestamp()
  where c.id = conversation.id
  returning c.* into conversation;
end;
$$;

-- Makes the line that ends at a position the live one: from there back by parents to where it joins the
-- line that is live now, each position by its newest row. Definer as write_messages, whose right it asks.
create function continuum.switch_line(conversation_id uuid, head bigint)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  target continuum.conversations;
  line   bigint[] := '{}';
  place  bigint   := head;
  known  record;
begin
  select c.* into target
  from continuum.conversations c
  where c.id = switch_line.conversation_id
  for no key update;
  if not continuum.writes(target.id) then
    perform continuum.raise_problem('not_found');
  end if;
  if head = target.head_position then
    return;
  end if;

  while place > 0 loop
    select m.position, m.parent_position into known
    from continuum.messages m
    where m.conversation_id = target.id and m.seq = place and m.position = place;
    if not found then
      perform continuum.raise_problem('position_conflict', jsonb_build_object('head_position', target.head_position));
    end if;
    exit when exists (
      select from continuum.messages m
      where m.conversation_id = target.id and m.position = place and m.live
    );
    line := line || place;
    place := known.parent_position;
  end loop;

  update continuum.messages m set live = false
  where m.conversation_id = target.id and m.live and m.position > place;
  update continuum.messages m set live = true
  from unnest(line) l (position)
  where m.conversation_id = target.id
    and m.seq = coalesce(
      (
        select max(r.seq) from continuum.messages r
        where r.conversation_id = target.id and r.position = l.position and r.position <> r.seq
      ),
      l.position
    );
  update continuum.conversations c
  set head_position = head, last_activity_at = clock_timestamp()
  where c.id = target.id;
end;
$$;

-- Empties a row for good: its body, metadata, files and index. By the conversation's owner, or by its
-- author while an editor. Definer, because nobody is granted to change a message; it asks who asks.
create function continuum.empty_message(conversation_id uuid, seq bigint)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  target continuum.conversations;
  erased continuum.messages;
begin
  select c.* into target
  from continuum.conversations c
  where c.id = empty_message.conversation_id
  for no key update;
  select m.* into erased
  from continuum.messages m
  where m.conversation_id = target.id and m.seq = empty_message.seq;
  if not continuum.writes(target.id) or erased.seq is null then
    perform continuum.raise_problem('not_found');
  elsif target.owner_id <> auth.uid() and erased.author_id is distinct from auth.uid() then
    perform continuum.raise_problem('owner_only');
  elsif erased.erased_at is not null then
    return;
  end if;

  update continuum.messages m
  set content = null, parts = null, metadata = '{}', payload_hash = null, search_vector = '', size_bytes = 2,
    token_count = 0, is_estimated = false, call_ids = null, result_ids = null, call_position = null,
    erased_at = clock_timestamp()
  where m.conversation_id = target.id and m.seq = erased.seq;
  delete from continuum.conversation_files f
  where f.conversation_id = target.id and f.message_seq = erased.seq;
  update continuum.conversations c
  set size_bytes = c.size_bytes - erased.size_bytes + 2
  where c.id = target.id;
end;
$$;

-- Keeps what an Idempotency-Key made. Definer, because nobody is granted to write a key: who could, would
-- have another's append answered with rows of their choice.
create function continuum.remember_key(conversation_id uuid, key text, payload_hash bytea, seqs bigint[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if not continuum.writes(remember_key.conversation_id) then
    perform continuum.raise_problem('not_found');
  end if;
  insert into continuum.append_keys (conversation_id, key, payload_hash, seqs)
  values (remember_key.conversation_id, remember_key.key, remember_key.payload_hash, remember_key.seqs);
end;
$$;

revoke all on function
  continuum.rows_of_client_id,
  continuum.is_on_line,
  continuum.messages_json,
  continuum.write_messages,
  continuum.switch_line,
  continuum.empty_message,
  continuum.remember_key
from public, anon, authenticated, service_role;
grant execute on function
  continuum.rows_of_client_id,
  continuum.is_on_line,
  continuum.messages_json,
  continuum.write_messages,
  continuum.switch_line,
  continuum.empty_message,
  continuum.remember_key
to authenticated;

revoke all on table continuum.messages, continuum.append_keys from anon, authenticated, service_role;
grant select on table continuum.messages to authenticated;
grant select, delete on table continuum.messages to service_role;
grant select on table continuum.append_keys to authenticated;

alter table continuum.messages enable row level security;
alter table continuum.append_keys enable row level security;

create policy "readers of a conversation read its messages" on continuum.messages
  for select to authenticated
  using (continuum.reads(conversation_id));

create policy "writers to a conversation read its append keys" on continuum.append_keys
  for select to authenticated
  using (continuum.writes(conversation_id));

insert into continuum.schema_version (version, description)
values ('20261123090200', 'messages');
