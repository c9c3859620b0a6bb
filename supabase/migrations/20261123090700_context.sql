-- Context: the newest messages that fit a model's token budget. What a message counts, and the position of the
-- tool call that it answers, are columns of its row, so reading a context looks at columns of the messages it
-- returns, and never into their parts.

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

-- owners_instructions and others_instructions are called by fit_context, which runs as its owner.
revoke all on function
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
