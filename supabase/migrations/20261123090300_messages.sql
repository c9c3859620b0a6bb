-- Messages: an append-only log per conversation.
-- seq is handed out under the conversation's row lock, so it is the commit order.

create type public.message_role as enum ('system', 'user', 'assistant', 'tool');

create table public.messages (
  conversation_id uuid                not null references public.conversations (id) on delete cascade,
  seq             bigint              not null check (seq > 0),
  id              uuid                not null default gen_random_uuid(),
  author_id       uuid                default auth.uid() references auth.users (id) on delete set null,
  role            public.message_role not null,
  content         text                not null,
  parts           jsonb,
  metadata        jsonb               not null default '{}',
  token_count     integer             not null,
  is_estimated    boolean             not null default false,
  client_id       text,
  payload_hash    bytea               not null,
  size_bytes      bigint              not null generated always as (
    octet_length(content)::bigint + coalesce(octet_length(parts::text), 0) + octet_length(metadata::text)
  ) stored,
  created_at      timestamptz         not null default clock_timestamp(),
  primary key (conversation_id, seq),
  constraint messages_id_key unique (id),
  constraint messages_content_fits check (octet_length(content) <= 1048576),
  constraint messages_parts_is_array check (jsonb_typeof(parts) = 'array'),
  constraint messages_says_something check (content <> '' or jsonb_array_length(parts) > 0),
  constraint messages_metadata_is_small_object check (
    jsonb_typeof(metadata) = 'object' and octet_length(metadata::text) <= 131072
  ),
  constraint messages_token_count_is_count check (token_count >= 0),
  constraint messages_client_id_length check (char_length(client_id) between 1 and 300),
  constraint messages_payload_hash_is_sha256 check (octet_length(payload_hash) = 32)
);

comment on table public.messages is 'Append-only: nobody is granted update.';
comment on column public.messages.author_id is 'Who appended it; null once that account is deleted.';
comment on column public.messages.token_count is 'As the client counted, else ceil(utf-8 bytes / 4).';
comment on column public.messages.is_estimated is 'Whether token_count is our estimate.';
comment on column public.messages.client_id is 'Makes a retry find the first attempt; unique per conversation.';
comment on column public.messages.payload_hash is 'SHA-256 of what a retry must repeat; made by append_messages.';
comment on column public.messages.size_bytes is 'What the message weighs in an answer; bounds a page without reading the content.';

create unique index messages_conversation_id_client_id_key
  on public.messages (conversation_id, client_id)
  where client_id is not null;

-- For the cascade from auth.users alone: without it, deleting an account reads every message.
create index messages_author_id_idx on public.messages (author_id);

-- The rule that makes seq trustworthy, whoever inserts: an insert continues the log where it ended.
-- Definer, because last_seq is granted to nobody; it writes nothing that the insert, which the
-- policies have let pass, does not imply.
create function private.continue_log()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  batch record;
begin
  for batch in
    select i.conversation_id, min(i.seq) as first_seq, max(i.seq) as last_seq, count(*) as length
    from inserted i
    group by i.conversation_id
    order by i.conversation_id
  loop
    update public.conversations c
    set last_seq = batch.last_seq
    where c.id = batch.conversation_id
      and c.last_seq = batch.first_seq - 1
      and batch.last_seq = batch.first_seq + batch.length - 1;
    if not found then
      raise exception 'seq must continue the conversation without a gap'
        using errcode = 'check_violation', table = 'messages', constraint = 'messages_seq_continues_log';
    end if;
  end loop;
  return null;
end;
$$;
revoke all on function private.continue_log() from public, anon, authenticated, service_role;

create trigger messages_continue_log
  after insert on public.messages
  referencing new table as inserted
  for each statement execute function private.continue_log();

revoke all on table public.messages from anon, authenticated, service_role;
grant select on table public.messages to authenticated;
grant insert (conversation_id, seq, role, content, parts, metadata, token_count, is_estimated, client_id, payload_hash)
  on table public.messages to authenticated;
grant select on table public.messages to service_role;

alter table public.messages enable row level security;

-- exists() by primary key and not "in (select all readable conversations)": a service account may
-- own a hundred thousand, and a page asks for one. The policies of conversations decide inside, and
-- "offset 0" keeps the planner from hashing all of them.
create policy "readers of a conversation read its messages" on public.messages
  for select to authenticated
  using (exists (select 1 from public.conversations c where c.id = conversation_id offset 0));

create policy "the owner and editors append in their own name" on public.messages
  for insert to authenticated
  with check (
    author_id = (select auth.uid())
    and exists (
      select 1 from public.conversations c
      where c.id = conversation_id
        and (
          c.owner_id = (select auth.uid())
          or c.id in (select private.shared_conversations('{editor}'))
        )
      offset 0
    )
  );

insert into public.schema_version (version, description)
values ('20261123090300', 'messages');
