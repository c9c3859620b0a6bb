-- Conversations: a named, owned, append-only log each. The row is what appenders lock, so it also
-- holds the number of the newest message.

-- When a conversation is hidden; null: never. Immutable, so that an index can hold it.
create function private.expires_at(updated_at timestamptz, ttl_seconds integer)
returns timestamptz
language sql
immutable
set search_path = ''
as $$
  select updated_at + make_interval(secs => ttl_seconds)
$$;
revoke all on function private.expires_at(timestamptz, integer) from public, anon, authenticated, service_role;
grant execute on function private.expires_at(timestamptz, integer) to authenticated, service_role;

create table public.conversations (
  id              uuid        primary key default gen_random_uuid(),
  owner_id        uuid        not null default auth.uid() references auth.users (id) on delete cascade,
  continuation_id text        not null default gen_random_uuid()::text,
  title           text        not null,
  metadata        jsonb       not null default '{}',
  last_seq        bigint      not null default 0,
  archived_at     timestamptz,
  ttl_seconds     integer,
  created_at      timestamptz not null default clock_timestamp(),
  updated_at      timestamptz not null default clock_timestamp(),
  constraint conversations_owner_id_continuation_id_key unique (owner_id, continuation_id),
  constraint conversations_continuation_id_is_addressable check (
    char_length(continuation_id) between 1 and 255
    and continuation_id !~ '[\u0001-\u001f\u007f-\u009f]'
    and continuation_id not in ('.', '..')
  ),
  constraint conversations_title_length check (char_length(title) between 1 and 200),
  -- The API counts the 64 KiB of compact JSON; jsonb's own text has spaces, hence the margin.
  constraint conversations_metadata_is_small_object check (
    jsonb_typeof(metadata) = 'object' and octet_length(metadata::text) <= 131072
  ),
  constraint conversations_ttl_seconds_is_positive check (ttl_seconds > 0),
  constraint conversations_last_seq_is_count check (last_seq >= 0)
);

comment on table public.conversations is 'A log of messages that its owner and members share.';
comment on column public.conversations.continuation_id is 'The name clients resume by; unique per owner.';
comment on column public.conversations.last_seq is 'seq of the newest message, 0 while there is none. Kept by the trigger on messages.';
comment on column public.conversations.ttl_seconds is 'Hidden this long after the last activity, and removed by the next sweep; null: kept.';
comment on column public.conversations.updated_at is 'The last activity: an append or a change of the row.';

-- Serves the list, newest activity first, by keyset.
create index conversations_owner_id_updated_at_id_idx
  on public.conversations (owner_id, updated_at desc, id desc);

-- Serves the sweep of expired conversations.
create index conversations_expiry_idx
  on public.conversations (private.expires_at(updated_at, ttl_seconds))
  where ttl_seconds is not null;

create function private.name_conversation()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.title := coalesce(new.title, 'Conversation ' || left(new.continuation_id, 8));
  return new;
end;
$$;
revoke all on function private.name_conversation() from public, anon, authenticated, service_role;

create trigger conversations_default_title
  before insert on public.conversations
  for each row execute function private.name_conversation();

create trigger conversations_touch_updated_at
  before update on public.conversations
  for each row when (old.* is distinct from new.*)
  execute function private.touch_updated_at();

revoke all on table public.conversations from anon, authenticated, service_role;
grant select, delete on table public.conversations to authenticated;
grant insert (continuation_id, title, metadata, ttl_seconds) on table public.conversations to authenticated;
grant update (title, metadata, archived_at, ttl_seconds) on table public.conversations to authenticated;
grant select, delete on table public.conversations to service_role;

alter table public.conversations enable row level security;

insert into public.schema_version (version, description)
values ('20261123090100', 'conversations');
