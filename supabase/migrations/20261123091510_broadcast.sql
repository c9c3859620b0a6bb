-- Where the project has Realtime: a private broadcast on the topic "conversation:<id>" whenever something comes
-- that a follower would hear of. It carries ids and numbers and never content, since Realtime asks for the
-- right to a topic when a client joins, and again only with its next token: whoever was removed meanwhile
-- learns that there is news, and cannot read it. Without Realtime nothing here does anything.

-- Definer, because an appender is not granted to send to a topic. It is called by the trigger alone, for a
-- conversation that the caller has just written to. That Realtime fails is no reason for an append to fail.
create function continuum.announce_conversation()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform realtime.send(
    jsonb_build_object('conversation_id', new.id, 'last_seq', new.last_seq),
    'changed',
    'conversation:' || new.id,
    true
  );
  return null;
exception when others then
  raise warning 'conversation % was not announced: %', new.id, sqlerrm;
  return null;
end;
$$;

-- Whether the caller may hear of the conversation whose topic it is.
create function continuum.hears(topic text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return topic like 'conversation:%' and continuum.reads(continuum.as_uuid(substr(topic, 14)));
end;
$$;

-- Sets the broadcast up, if the project has Realtime, and says whether it has. It may be repeated: Realtime makes
-- its tables when a project first uses it, which may be after the migrations.
create function continuum.set_up_broadcast()
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  if to_regprocedure('realtime.send(jsonb, text, text, boolean)') is null
    or to_regprocedure('realtime.topic()') is null
    or to_regclass('realtime.messages') is null
  then
    return false;
  end if;

  -- Rows that were appended, a line that was cut or switched, and an erasure, which alone makes a
  -- conversation smaller. One row of this table changes for all messages of an append.
  create or replace trigger conversations_announce
    after update on continuum.conversations
    for each row when (
      (old.last_seq, old.head_position) is distinct from (new.last_seq, new.head_position)
      or new.size_bytes < old.size_bytes
    )
    execute function continuum.announce_conversation();

  if not exists (
    select from pg_policies p
    where p.schemaname = 'realtime' and p.tablename = 'messages'
      and p.policyname = 'readers of a conversation hear of it'
  ) then
    create policy "readers of a conversation hear of it" on realtime.messages
      for select to authenticated
      using (extension = 'broadcast' and continuum.hears((select realtime.topic())));
  end if;
  return true;
end;
$$;

revoke all on function
  continuum.announce_conversation,
  continuum.hears,
  continuum.set_up_broadcast
from public, anon, authenticated, service_role;
grant execute on function continuum.hears to authenticated;

do $$
begin
  perform continuum.set_up_broadcast();
exception when insufficient_privilege then
  raise warning 'Realtime is there but may not be set up by this role: conversations are not announced.';
end;
$$;

insert into continuum.schema_version (version, description)
values ('20261123091510', 'broadcast');
