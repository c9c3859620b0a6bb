-- Conversations: a named, owned log of messages each, and who besides the owner may see it or write to
-- it. The row is what appenders lock, so it also holds the numbers of the newest message and of the
-- last position of the live line.

create type continuum.member_role as enum ('viewer', 'editor');

create domain continuum.continuation_id as text
  constraint continuation_id_is_addressable check (
    char_length(value) between 1 and 255 and value !~ '[\u0001-\u001f\u007f-\u009f]' and value not in ('.', '..')
  );

create domain continuum.title as text
  constraint title_has_1_to_200_characters check (char_length(value) between 1 and 200);

create domain continuum.ttl_seconds as integer
  constraint ttl_seconds_is_at_most_ten_years check (value between 1 and 315360000);

create table continuum.conversations (
  id               uuid                      primary key default gen_random_uuid(),
  owner_id         uuid                      not null default auth.uid() references auth.users (id) on delete cascade,
  continuation_id  continuum.continuation_id not null,
  -- The same name typed on two systems is one name, whichever way its accents are composed. By bytes, so
  -- that its unique index also serves the beginning of a name.
  continuation_key text                      collate "C" not null,
  title            continuum.title           not null,
  metadata         continuum.metadata        not null default '{}',
  last_seq         bigint                    not null default 0,
  head_position    bigint                    not null default 0,
  size_bytes       continuum.byte_count      not null default 0,
  archived_at      timestamptz,
  ttl_seconds      continuum.ttl_seconds,
  expires_at       timestamptz               not null default 'infinity',
  last_activity_at timestamptz               not null default clock_timestamp(),
  created_at       timestamptz               not null default clock_timestamp(),
  updated_at       timestamptz               not null default clock_timestamp(),
  title_vector     tsvector,
  constraint conversations_owner_id_continuation_key_key unique (owner_id, continuation_key),
  constraint conversations_head_is_in_log check (head_position between 0 and last_seq)
);

create table continuum.conversation_members (
  conversation_id uuid                  not null references continuum.conversations (id) on delete cascade,
  user_id         uuid                  not null references auth.users (id) on delete cascade,
  role            continuum.member_role not null,
  invited_by      uuid                  default auth.uid() references auth.users (id) on delete set null,
  added_at        timestamptz           not null default now(),
  accepted_at     timestamptz,
  declined_at     timestamptz,
  primary key (conversation_id, user_id),
  constraint conversation_members_answer_is_one check (accepted_at is null or declined_at is null)
);

-- What an account's conversations weigh together, in steps: see continuum.message_charge.
create table continuum.message_usage (
  owner_id    uuid                 primary key references auth.users (id) on delete cascade,
  bytes_used  continuum.byte_count not null default 0,
  bytes_limit continuum.byte_count not null default 10737418240
);

comment on table continuum.conversations is 'A log of messages that its owner and members share.';
comment on column continuum.conversations.continuation_id is 'The name clients resume by, as it was first written; unique per owner after NFC.';
comment on column continuum.conversations.continuation_key is 'continuation_id after NFC. Kept by trigger.';
comment on column continuum.conversations.last_seq is 'seq of the newest message of the log, 0 if there is none.';
comment on column continuum.conversations.head_position is 'The last position of the live line, 0 if nothing is live.';
comment on column continuum.conversations.size_bytes is 'What its messages weigh, whether or not they are live.';
comment on column continuum.conversations.ttl_seconds is 'Hidden this long after the last activity or after this was set, and removed by the next sweep; null: kept.';
comment on column continuum.conversations.expires_at is 'When it is hidden; infinity without a ttl. Kept by trigger.';
comment on column continuum.conversations.last_activity_at is 'When messages were last added or taken back: the order of lists.';
comment on column continuum.conversations.updated_at is 'The last change of any kind: the version that ETags carry.';
comment on column continuum.conversations.title_vector is 'What search looks in; null for a default title.';
comment on table continuum.conversation_members is 'Users that the owner shares a conversation with. The owner has no row.';
comment on column continuum.conversation_members.accepted_at is 'Since when it is in the user''s own list and search; null: readable by its id alone.';
comment on column continuum.conversation_members.declined_at is 'When the user declined or left; only the user can undo it.';
comment on table continuum.message_usage is 'Bytes of an account''s conversations, in steps. An operator may change bytes_limit.';

-- Serves the list, newest activity first, by keyset.
create index conversations_owner_id_last_activity_at_id_idx
  on continuum.conversations (owner_id, last_activity_at desc, id desc);

-- Serves the list's filter by metadata. Most conversations have none and cost nothing here.
create index conversations_metadata_idx
  on continuum.conversations using gin (metadata jsonb_path_ops) where metadata <> '{}';

-- Serves the search of titles. A default title says nothing and costs nothing here.
create index conversations_title_vector_idx
  on continuum.conversations using gin (title_vector) where title_vector is not null;

-- Serves the sweep of expired conversations.
create index conversations_expires_at_idx on continuum.conversations (expires_at) where ttl_seconds is not null;

-- Serves "what is shared with me" and the cascade from auth.users.
create index conversation_members_user_id_idx
  on continuum.conversation_members (user_id, conversation_id) include (accepted_at, declined_at);

-- Serve the bounds of open invitations, to one user and from one.
create index conversation_members_open_to_idx
  on continuum.conversation_members (user_id) where accepted_at is null and declined_at is null;
create index conversation_members_open_from_idx
  on continuum.conversation_members (invited_by) where accepted_at is null and declined_at is null;

-- For the cascade from auth.users alone.
create index conversation_members_invited_by_idx on continuum.conversation_members (invited_by);

-- The fields of the API's Conversation, in their order.
create type continuum.conversation_answer as (
  id               uuid,
  continuation_id  text,
  owner_id         uuid,
  title            text,
  metadata         jsonb,
  last_seq         bigint,
  head_position    bigint,
  access           text,
  archived_at      timestamptz,
  ttl_seconds      integer,
  last_activity_at timestamptz,
  created_at       timestamptz,
  updated_at       timestamptz
);

-- The caller's rights to a conversation, as policies and helpers ask for them. Definer, because the
-- policies of conversations and conversation_members would otherwise read each other without end (42P17),
-- and so that a right is one look-up by key, however much the caller owns or is shared. They tell the
-- caller about the caller's own rights only.
create function continuum.owns(conversation_id uuid)
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return exists (
    select from continuum.conversations c
    where c.id = owns.conversation_id and c.owner_id = auth.uid()
  );
end;
$$;

create function continuum.is_member(conversation_id uuid)
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return exists (
    select from continuum.conversation_members m
    where m.conversation_id = is_member.conversation_id and m.user_id = auth.uid() and m.declined_at is null
  );
end;
$$;

create function continuum.is_editor(conversation_id uuid)
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return exists (
    select from continuum.conversation_members m
    where m.conversation_id = is_editor.conversation_id and m.user_id = auth.uid() and m.role = 'editor'
      and m.declined_at is null
  );
end;
$$;

create function continuum.reads(conversation_id uuid)
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return exists (
    select from continuum.conversations c
    where c.id = reads.conversation_id and c.expires_at > now()
      and (c.owner_id = auth.uid() or continuum.is_member(c.id))
  );
end;
$$;

create function continuum.writes(conversation_id uuid)
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return exists (
    select from continuum.conversations c
    where c.id = writes.conversation_id and c.expires_at > now()
      and (c.owner_id = auth.uid() or continuum.is_editor(c.id))
  );
end;
$$;

-- The conversations that the caller has accepted a share of. Definer as those above.
create function continuum.accepted_conversations()
returns setof uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return query
  select m.conversation_id
  from continuum.conversation_members m
  where m.user_id = auth.uid() and m.accepted_at is not null;
end;
$$;

-- First the caller's own continuation id, then the id of any conversation that the caller may see.
create function continuum.find_conversation(continuation_id text)
returns continuum.conversations
language plpgsql
stable
set search_path = ''
as $$
declare
  found_row continuum.conversations;
begin
  select c.* into found_row
  from continuum.conversations c
  where c.owner_id = (select auth.uid())
    and c.continuation_key = normalize(left(find_conversation.continuation_id, 256), nfc)
    and c.expires_at > now();

  if found_row.id is null then
    select c.* into found_row
    from continuum.conversations c
    where c.id = continuum.as_uuid(find_conversation.continuation_id);
  end if;
  return found_row;
end;
$$;

create function continuum.access_to(conversation continuum.conversations)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  if conversation.owner_id = auth.uid() then
    return 'owner';
  end if;
  return (
      select m.role from continuum.conversation_members m
      where m.conversation_id = conversation.id and m.user_id = (select auth.uid())
  );
end;
$$;

-- The conversation, if the caller may do what asks for `required`: viewer, editor or owner.
create function continuum.require_access(continuation_id text, required text)
returns continuum.conversations
language plpgsql
stable
set search_path = ''
as $$
declare
  target continuum.conversations := continuum.find_conversation(continuation_id);
  access text;
begin
  if target.id is null then
    perform continuum.raise_problem('not_found');
  end if;
  access := continuum.access_to(target);
  if access = 'viewer' and required = 'editor' then
    perform continuum.raise_problem('read_only');
  elsif access <> 'owner' and required = 'owner' then
    perform continuum.raise_problem('owner_only');
  end if;
  return target;
end;
$$;

-- The Conversation of the API, as text, to a caller of that access.
create function continuum.conversation_json(conversation continuum.conversations, access text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return row_to_json((
    conversation.id, conversation.continuation_id, conversation.owner_id, conversation.title,
    conversation.metadata, conversation.last_seq, conversation.head_position, access, conversation.archived_at,
    conversation.ttl_seconds, conversation.last_activity_at, conversation.created_at, conversation.updated_at
  )::continuum.conversation_answer)::text;
end;
$$;

-- What follows from the rest of a row. clock_timestamp() and not now(): a writer that waited for the row
-- lock is later than the one it waited for, whichever transaction began first.
create function continuum.keep_conversation()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  default_title text;
begin
  if tg_op = 'UPDATE' then
    new.updated_at := clock_timestamp();
  end if;
  if tg_op = 'INSERT' or new.continuation_id <> old.continuation_id then
    new.continuation_key := normalize(new.continuation_id, nfc);
  end if;
  if tg_op = 'INSERT' or new.title is distinct from old.title then
    default_title := 'Conversation ' || continuum.first_graphemes(new.continuation_id, 8);
    new.title := coalesce(new.title, default_title);
    new.title_vector := case
      when new.title <> default_title
        then continuum.search_vector(new.title, null) || continuum.scope_vector(new.owner_id, new.id)
    end;
  end if;
  if tg_op = 'INSERT'
    or (new.ttl_seconds, new.last_activity_at) is distinct from (old.ttl_seconds, old.last_activity_at)
  then
    new.expires_at := case
      when new.ttl_seconds is null then 'infinity'
      else clock_timestamp() + make_interval(secs => new.ttl_seconds)
    end;
  end if;
  return new;
end;
$$;

create trigger conversations_keep_on_insert
  before insert on continuum.conversations
  for each row execute function continuum.keep_conversation();

create trigger conversations_keep_on_update
  before update on continuum.conversations
  for each row when (old.* is distinct from new.*)
  execute function continuum.keep_conversation();

-- An editor's ttl_seconds of 1 would be an editor's deletion, which is the owner's alone.
create function continuum.keep_ttl_to_owner()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if (select auth.uid()) <> old.owner_id then
    perform continuum.raise_problem('owner_only');
  end if;
  return new;
end;
$$;

create trigger conversations_keep_ttl_to_owner
  before update of ttl_seconds on continuum.conversations
  for each row when (old.ttl_seconds is distinct from new.ttl_seconds)
  execute function continuum.keep_ttl_to_owner();

-- What a conversation of that size counts for: 4 KiB, then doubling up to 1 MiB, then whole MiB. In
-- steps, so that appends to two conversations of one owner seldom wait for each other at the sum; it is
-- never less than the size.
create function continuum.message_charge(size_bytes bigint)
returns bigint
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case
    when size_bytes <= 4096 then 4096
    when size_bytes <= 1048576 then (2 ^ ceil(ln(size_bytes::float8) / ln(2::float8)))::bigint
    else (size_bytes + 1048575) / 1048576 * 1048576
  end;
end;
$$;

-- Definer, because usage is granted to nobody: it moves with the rows and in no other way.
create function continuum.keep_message_usage()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  max_bytes constant bigint := 1073741824;
  before_bytes bigint := 0;
  after_bytes  bigint := 0;
  owner        uuid;
  usage        continuum.message_usage;
begin
  if tg_op <> 'INSERT' then
    owner := old.owner_id;
    before_bytes := continuum.message_charge(old.size_bytes);
  end if;
  if tg_op <> 'DELETE' then
    owner := new.owner_id;
    after_bytes := continuum.message_charge(new.size_bytes);
    if after_bytes > before_bytes and new.size_bytes > max_bytes then
      perform continuum.raise_problem('quota_exceeded', jsonb_build_object(
        'used', before_bytes, 'limit', max_bytes, 'detail', 'A conversation may hold 1 GiB of messages.'
      ));
    end if;
  end if;
  if before_bytes = after_bytes then
    return null;
  end if;

  if tg_op = 'INSERT' then
    insert into continuum.message_usage (owner_id) values (owner) on conflict (owner_id) do nothing;
  end if;
  update continuum.message_usage u
  set bytes_used = greatest(0, u.bytes_used + after_bytes - before_bytes)
  where u.owner_id = owner
  returning u.* into usage;

  if after_bytes > before_bytes and usage.bytes_used > usage.bytes_limit then
    perform continuum.raise_problem('quota_exceeded', jsonb_build_object(
      'used', usage.bytes_used - after_bytes + before_bytes, 'limit', usage.bytes_limit,
      'detail', 'The owner''s conversations are full.'
    ));
  end if;
  return null;
end;
$$;

create trigger conversations_keep_message_usage
  after insert or delete on continuum.conversations
  for each row execute function continuum.keep_message_usage();

-- Every step of message_charge is a multiple of 4 KiB, so most appends need not ask.
create trigger conversations_keep_message_usage_of_size
  after update on continuum.conversations
  for each row when ((old.size_bytes - 1) / 4096 <> (new.size_bytes - 1) / 4096)
  execute function continuum.keep_message_usage();

revoke all on function
  continuum.owns,
  continuum.is_member,
  continuum.is_editor,
  continuum.reads,
  continuum.writes,
  continuum.accepted_conversations,
  continuum.find_conversation,
  continuum.access_to,
  continuum.require_access,
  continuum.conversation_json,
  continuum.keep_conversation,
  continuum.keep_ttl_to_owner,
  continuum.message_charge,
  continuum.keep_message_usage
from public, anon, authenticated, service_role;
grant execute on function
  continuum.owns,
  continuum.is_member,
  continuum.is_editor,
  continuum.reads,
  continuum.writes,
  continuum.accepted_conversations,
  continuum.find_conversation,
  continuum.access_to,
  continuum.require_access,
  continuum.conversation_json
to authenticated;

revoke all on table continuum.conversations, continuum.conversation_members, continuum.message_usage
  from anon, authenticated, service_role;
grant select, delete on table continuum.conversations to authenticated;
grant insert (continuation_id, title, metadata, ttl_seconds) on table continuum.conversations to authenticated;
grant update (title, metadata, archived_at, ttl_seconds) on table continuum.conversations to authenticated;
grant select, delete on table continuum.conversations to service_role;
-- The sweep locks what it removes, for which PostgreSQL asks for the right to change some column.
grant update (ttl_seconds) on table continuum.conversations to service_role;
grant select, delete on table continuum.conversation_members to authenticated;
grant insert (conversation_id, user_id, role) on table continuum.conversation_members to authenticated;
grant update (role) on table continuum.conversation_members to authenticated;
grant select, delete on table continuum.conversation_members to service_role;
grant select on table continuum.message_usage to authenticated;
grant select, insert, update on table continuum.message_usage to service_role;

alter table continuum.conversations enable row level security;
alter table continuum.conversation_members enable row level security;
alter table continuum.message_usage enable row level security;

create policy "readers of a conversation read it" on continuum.conversations
  for select to authenticated
  using ((owner_id = (select auth.uid()) or continuum.is_member(id)) and expires_at > now());

create policy "everybody creates conversations of their own" on continuum.conversations
  for insert to authenticated
  with check (owner_id = (select auth.uid()));

create policy "the owner and editors change a conversation" on continuum.conversations
  for update to authenticated
  using ((owner_id = (select auth.uid()) or continuum.is_editor(id)) and expires_at > now())
  with check (owner_id = (select auth.uid()) or continuum.is_editor(id));

create policy "the owner deletes a conversation" on continuum.conversations
  for delete to authenticated
  using (owner_id = (select auth.uid()));

create policy "the owner reads all members and a member reads their own row" on continuum.conversation_members
  for select to authenticated
  using (user_id = (select auth.uid()) or continuum.owns(conversation_id));

create policy "the owner adds members other than themselves" on continuum.conversation_members
  for insert to authenticated
  with check (user_id <> (select auth.uid()) and continuum.owns(conversation_id));

create policy "the owner changes the role of a member" on continuum.conversation_members
  for update to authenticated
  using (continuum.owns(conversation_id))
  with check (continuum.owns(conversation_id));

create policy "the owner removes a member" on continuum.conversation_members
  for delete to authenticated
  using (continuum.owns(conversation_id));

create policy "everybody reads their own message usage" on continuum.message_usage
  for select to authenticated
  using (owner_id = (select auth.uid()));

insert into continuum.schema_version (version, description)
values ('20261123090100', 'conversations');
