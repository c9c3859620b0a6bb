-- append_messages: the one way in for messages. One call is one transaction and one round trip: it finds
-- or creates the conversation, takes its row lock, answers what a retry repeats, rewinds, revises, appends
-- and links files, or does none of it.

-- Whether a stored row is what a message says. A token count differs only if a client counted both; of an
-- erased row nothing is left to compare.
create function continuum.repeats(stored continuum.message_key, message continuum.incoming_message)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return stored.is_erased or (
    stored.payload_hash = message.payload_hash
    and (stored.is_estimated or message.token_count is null or stored.token_count = message.token_count)
  );
end;
$$;

-- Whether a message is a stored row as history gives it now: files that it had may have been unlinked or deleted
-- since, which its hash does not know. Definer: the caller's right to read is asked once.
create function continuum.repeats_as_read(conversation_id uuid, seq bigint, message continuum.incoming_message)
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return continuum.reads(repeats_as_read.conversation_id) and exists (
    select
    from continuum.messages m
    where m.conversation_id = repeats_as_read.conversation_id and m.seq = repeats_as_read.seq
      and (m.is_estimated or message.token_count is null or m.token_count = message.token_count)
      and message.payload_hash = continuum.payload_hash(
        m.role, m.content, m.parts, continuum.as_jsonb(m.parts), m.metadata,
        array(
          select f.file_id
          from continuum.conversation_files f
          where f.conversation_id = m.conversation_id and f.message_seq = m.seq
        )
      )
  );
end;
$$;

-- A live row by its position; null if that position is not live.
create function continuum.live_key(conversation_id uuid, place bigint)
returns continuum.message_key
language plpgsql
stable
set search_path = ''
as $$
declare
  found_key continuum.message_key;
begin
  select m.seq, m.id, m.position, m.live, m.client_id, m.payload_hash, m.token_count, m.is_estimated,
    m.erased_at is not null
  into found_key
  from continuum.messages m
  where m.conversation_id = live_key.conversation_id and m.live and m.position = place;
  return found_key;
end;
$$;

-- The continuation id of a conversation that an append with this key creates; null without a key.
-- The caller's, since two callers may well have the same key.
create function continuum.name_of_key(idempotency_key text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return left(encode(sha256(convert_to(auth.uid() || ':' || idempotency_key, 'UTF8')), 'hex'), 32)::uuid::text;
end;
$$;

-- An expired conversation is hidden from its owner too, yet holds its name until it is swept: a new
-- one of that name takes its place. Definer, because the policies hide it; it renames nothing but
-- what the caller owns and what has expired, and leaves the removal to the sweep.
create function continuum.release_expired_name(continuation_id text)
returns void
language sql
security definer
set search_path = ''
as $$
  update continuum.conversations c
  set continuation_id = gen_random_uuid()::text
  where c.owner_id = (select auth.uid())
    and c.continuation_key = normalize(release_expired_name.continuation_id, nfc)
    and c.expires_at <= now()
$$;

-- The conversation of that name, locked for appending: the caller's own, created if there is none, or one
-- whose id it is and that the caller may write to. Waits for a concurrent appender or creator and never
-- fails because of one. Definer, so that a row is found and locked by one look-up: it asks for the caller's
-- rights itself, and locks no row that the caller may not write to.
create function continuum.lock_conversation(
  continuation_id  text,
  title            text,
  metadata         jsonb,
  ttl_seconds      integer,
  out conversation continuum.conversations,
  out access       text,
  out created      boolean
)
language plpgsql
security definer
set search_path = ''
as $$
declare
  caller constant uuid := auth.uid();
  name   constant text := coalesce(lock_conversation.continuation_id, gen_random_uuid()::text);
  key    constant text := normalize(left(name, 256), nfc);
  as_id  constant uuid := continuum.as_uuid(name);
begin
  access := 'owner';
  created := false;
  -- Another round only when somebody creates or deletes the conversation between two statements.
  loop
    select c.* into conversation
    from continuum.conversations c
    where c.owner_id = caller and c.continuation_key = key and c.expires_at > now()
    for no key update;
    if found then
      return;
    end if;

    if as_id is not null then
      select case when c.owner_id = caller then 'owner' else m.role::text end into access
      from continuum.conversations c
      left join continuum.conversation_members m
        on m.conversation_id = c.id and m.user_id = caller and m.declined_at is null
      where c.id = as_id and c.expires_at > now() and (c.owner_id = caller or m.role is not null);
      if access = 'viewer' then
        perform continuum.raise_problem('read_only');
      elsif found then
        select c.* into conversation
        from continuum.conversations c
        where c.id = as_id and c.expires_at > now()
        for no key update;
        -- The right may be gone since: the lock may have waited for whoever took it away.
        if found and continuum.writes(conversation.id) then
          return;
        end if;
        continue;
      end if;
      access := 'owner';
    end if;

    perform continuum.release_expired_name(name);
    insert into continuum.conversations (owner_id, continuation_id, title, metadata, ttl_seconds)
    values (caller, name, lock_conversation.title, lock_conversation.metadata, lock_conversation.ttl_seconds)
    on conflict on constraint conversations_owner_id_continuation_key_key do nothing
    returning * into conversation;
    if found then
      created := true;
      return;
    end if;
  end loop;
end;
$$;

-- What an append answers, as text: parts and metadata pass through as they are stored.
create function continuum.append_answer(
  conversation continuum.conversations,
  access       text,
  seqs         bigint[],
  replayed     boolean
)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return '{"conversation":' || continuum.conversation_json(conversation, access)
    || ',"messages":' || continuum.messages_json(conversation.id, seqs)
    || ',"replayed":' || replayed::text || '}';
end;
$$;

-- The seqs of what follows a position on the live line, if it is these messages and nothing else: a
-- retry of a rewind that was made. Null otherwise.
create function continuum.repeated_line(
  conversation_id uuid,
  after_position  bigint,
  messages        continuum.incoming_message[]
)
returns bigint[]
language plpgsql
stable
set search_path = ''
as $$
declare
  line    continuum.message_key[];
  message continuum.incoming_message;
begin
  line := array(
    select (
      m.seq, m.id, m.position, m.live, m.client_id, m.payload_hash, m.token_count, m.is_estimated,
      m.erased_at is not null
    )::continuum.message_key
    from continuum.messages m
    where m.conversation_id = repeated_line.conversation_id and m.live and m.position > after_position
    order by m.position
    limit 101
  );
  if cardinality(line) <> cardinality(messages) then
    return null;
  end if;
  for i in 1..cardinality(messages) loop
    message := messages[i];
    if message.revises is not null
      or not continuum.repeats(line[i], message)
      or message.client_id is null and line[i].is_erased
      or coalesce(message.client_id, '')
        not in (coalesce(line[i].client_id, ''), line[i].id::text)
    then
      return null;
    end if;
  end loop;
  return array(select l.seq from unnest(line) l);
end;
$$;

-- What an Idempotency-Key stands for: a repetition must ask for the same.
create function continuum.request_hash(rewind_to bigint, file_ids json, messages continuum.incoming_message[])
returns bytea
language plpgsql
immutable
set search_path = ''
as $$
begin
  return sha256(convert_to(jsonb_build_array(
    rewind_to,
    case when file_ids is not null then (
      select jsonb_agg(f.id order by f.id) from json_array_elements_text(file_ids) f (id)
    ) end,
    (
      select jsonb_agg(jsonb_build_array(encode(m.payload_hash, 'hex'), m.client_id, m.revises) order by m.index)
      from unnest(messages) m
    )
  )::text, 'UTF8'));
end;
$$;

-- The index of the first message by which a batch differs from what its key made; null if it does not.
create function continuum.difference_from_kept(
  kept            continuum.append_keys,
  key_hash        bytea,
  messages        continuum.incoming_message[]
)
returns integer
language plpgsql
stable
set search_path = ''
as $$
begin
  if kept.payload_hash = key_hash and not exists (
    select
    from unnest(messages) m
    join continuum.messages s on s.conversation_id = kept.conversation_id and s.seq = kept.seqs[m.index + 1]
    where not s.is_estimated and s.erased_at is null and s.token_count <> m.token_count
  ) then
    return null;
  end if;
  return coalesce((
    select min(m.index)
    from unnest(messages) m
    left join continuum.messages s on s.conversation_id = kept.conversation_id and s.seq = kept.seqs[m.index + 1]
    where s.seq is null or s.payload_hash is distinct from m.payload_hash
  ), 0);
end;
$$;

-- request is the body of POST /conversation-append as text: what is the caller's passes as it was sent.
create function public.append_messages(request text, idempotency_key text default null)
returns text
language plpgsql
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
  caller    constant uuid := continuum.require_account();
  body      continuum.append_request;
  batch     continuum.incoming_message[];
  rewind_to bigint;
  locked    record;
  target    continuum.conversations;
  kept      continuum.append_keys;
  key_hash  bytea;
  differs   integer;
  message   continuum.incoming_message;
  known     continuum.message_key;
  is_known  boolean;
  elsewhere boolean;
  line      bigint;
  erased    bigint;
  seqs      bigint[];
  fresh     continuum.incoming_message[] := '{}';
  revisions bigint[] := '{}';
  written   record;
  repeated  bigint[];
  rewinds   boolean;
begin
  if char_length(idempotency_key) not between 1 and 255 then
    perform continuum.raise_invalid('/idempotency-key', 'Must be 1 to 255 characters.');
  end if;
  body := json_populate_record(
    null::continuum.append_request, continuum.checked_append(continuum.bounded(request, 4194304))
  );
  body.file_ids := case when json_typeof(body.file_ids) = 'array' then body.file_ids end;
  batch := continuum.checked_messages(continuum.incoming_messages(body.messages));
  rewind_to := body.after_position::numeric;

  locked := continuum.lock_conversation(
    coalesce(body.continuation_id, continuum.name_of_key(idempotency_key)),
    body.title,
    continuum.as_metadata(body.metadata::text, '/metadata'),
    body.ttl_seconds::numeric::integer
  );
  target := locked.conversation;

  if idempotency_key is not null then
    key_hash := continuum.request_hash(rewind_to, body.file_ids, batch);
    select k.* into kept
    from continuum.append_keys k
    where k.conversation_id = target.id and k.key = append_messages.idempotency_key;
    if found then
      differs := continuum.difference_from_kept(kept, key_hash, batch);
      if differs is not null then
        perform continuum.raise_problem('idempotency_mismatch', jsonb_build_object('index', differs));
      end if;
      return continuum.append_answer(target, locked.access, kept.seqs, true);
    end if;
  end if;

  -- Each message of the batch is a repetition, a revision or new.
  seqs := array_fill(null::bigint, array[cardinality(batch)]);
  foreach message in array batch loop
    is_known := false;
    elsewhere := false;
    line := null;
    erased := null;
    if message.client_id is not null and not locked.created then
      for known in
        select r.* from continuum.rows_of_client_id(target.id, message.client_id) r
      loop
        elsewhere := elsewhere or coalesce(known.position <> message.revises, false);
        continue when known.position > rewind_to;
        if known.live then
          line := known.position;
        end if;
        if not (case
          when continuum.repeats(known, message) then true
          when known.live then continuum.repeats_as_read(target.id, known.seq, message)
          else false
        end) then
          is_known := true;
        elsif not known.is_erased then
          seqs[message.index + 1] := known.seq;
          exit;
        -- What an erased row said is gone, so it is a repetition only if no other row is, and not if another one
        -- has followed it: the next revision would be lost.
        elsif not is_known then
          erased := coalesce(erased, known.seq);
        end if;
      end loop;
      seqs[message.index + 1] := coalesce(seqs[message.index + 1], erased);
    elsif message.revises is not null then
      known := continuum.live_key(target.id, message.revises);
      if continuum.repeats(known, message) and not known.is_erased then
        seqs[message.index + 1] := known.seq;
      end if;
    end if;
    continue when seqs[message.index + 1] is not null;
    perform continuum.require_content(message);

    -- A name is at one place of a line: a revision that took it from another place would put it twice on
    -- the line that a switch makes.
    if message.revises is not null and (line <> message.revises or line is null and elsewhere)
      or message.revises is null and is_known and body.on_mismatch is distinct from 'revise'
    then
      perform continuum.raise_problem('idempotency_mismatch', jsonb_build_object('index', message.index));
    end if;
    message.revises := coalesce(message.revises, line);
    if message.revises is not null then
      revisions := revisions || message.revises;
    end if;
    fresh := fresh || message;
  end loop;

  rewinds := coalesce(rewind_to <> target.head_position, false);
  if rewinds and idempotency_key is null and continuum.is_on_line(target.id, rewind_to) then
    repeated := continuum.repeated_line(target.id, rewind_to, fresh);
    if repeated is not null then
      for i in 1..cardinality(fresh) loop
        seqs[fresh[i].index + 1] := repeated[i];
      end loop;
      return continuum.append_answer(target, locked.access, seqs, true);
    end if;
  end if;
  -- A batch that is there already is a replay, which comes first; no messages at all are none.
  if (cardinality(fresh) > 0 or cardinality(batch) = 0 or rewinds) and body.expected_seq::numeric <> target.last_seq then
    perform continuum.raise_problem('seq_conflict', jsonb_build_object('last_seq', target.last_seq));
  end if;
  if cardinality(fresh) > 0 or rewinds or locked.created then
    if rewinds and not continuum.is_on_line(target.id, rewind_to) or revisions <> '{}' and exists (
      select from unnest(revisions) r (place)
      where r.place > rewind_to or not continuum.is_on_line(target.id, r.place)
    ) then
      perform continuum.raise_problem('position_conflict', jsonb_build_object('head_position', target.head_position));
    end if;
    if cardinality(revisions) > 1 then
      fresh := continuum.checked_messages(fresh);
    end if;
    written := continuum.write_messages(target.id, rewind_to, fresh);
    target := written.conversation;
  end if;

  for i in 1..cardinality(fresh) loop
    seqs[fresh[i].index + 1] := written.seqs[i];
    if cardinality(fresh[i].file_ids) > 0 then
      perform continuum.link_files(target.id, written.seqs[i], fresh[i].file_ids);
    end if;
  end loop;
  if body.file_ids is not null and (cardinality(fresh) > 0 or cardinality(batch) = 0) then
    perform continuum.link_files(
      target.id, null, array(select f.id::uuid from json_array_elements_text(body.file_ids) f (id))
    );
  end if;
  if idempotency_key is not null then
    perform continuum.remember_key(target.id, idempotency_key, key_hash, seqs);
  end if;
  return continuum.append_answer(
    target, locked.access, seqs, not (cardinality(fresh) > 0 or rewinds or locked.created)
  );
end;
$$;

comment on function public.append_messages is
  'Appends up to 100 messages, revises and rewinds, atomically; safe to retry. Problems: invalid_token, body_too_large, validation_failed, read_only, idempotency_mismatch, seq_conflict, position_conflict, unknown_file, quota_exceeded.';

revoke all on function
  continuum.repeats,
  continuum.repeats_as_read,
  continuum.live_key,
  continuum.name_of_key,
  continuum.release_expired_name,
  continuum.lock_conversation,
  continuum.append_answer,
  continuum.repeated_line,
  continuum.request_hash,
  continuum.difference_from_kept,
  public.append_messages
from public, anon, authenticated, service_role;
grant execute on function
  continuum.repeats,
  continuum.repeats_as_read,
  continuum.live_key,
  continuum.name_of_key,
  continuum.release_expired_name,
  continuum.lock_conversation,
  continuum.append_answer,
  continuum.repeated_line,
  continuum.request_hash,
  continuum.difference_from_kept,
  public.append_messages
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123090500', 'append');
