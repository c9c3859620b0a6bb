-- Members: who besides the owner may see a conversation, and who of them may write to it.
-- The policies of conversations are here too, since they depend on membership.

create type public.member_role as enum ('viewer', 'editor');

create table public.conversation_members (
  conversation_id uuid               not null references public.conversations (id) on delete cascade,
  user_id         uuid               not null references auth.users (id) on delete cascade,
  role            public.member_role not null,
  added_at        timestamptz        not null default now(),
  primary key (conversation_id, user_id)
);

comment on table public.conversation_members is 'Users that the owner shares a conversation with. The owner has no row.';

-- Serves "what is shared with me", which every policy asks, and the cascade from auth.users.
create index conversation_members_user_id_idx
  on public.conversation_members (user_id, role, conversation_id);

-- Definer, because the policies of conversations and conversation_members would otherwise read
-- each other without end (42P17). It tells the caller about the caller's own rows only.
create function private.shared_conversations(roles public.member_role[] default '{viewer,editor}')
returns setof uuid
language sql
stable
security definer
set search_path = ''
as $$
  select m.conversation_id
  from public.conversation_members m
  where m.user_id = (select auth.uid()) and m.role = any (roles)
$$;

revoke all on function private.shared_conversations(public.member_role[]) from public, anon, authenticated, service_role;
grant execute on function private.shared_conversations(public.member_role[]) to authenticated;

revoke all on table public.conversation_members from anon, authenticated, service_role;
grant select, delete on table public.conversation_members to authenticated;
grant insert (conversation_id, user_id, role) on table public.conversation_members to authenticated;
grant update (role) on table public.conversation_members to authenticated;
grant select, delete on table public.conversation_members to service_role;

create policy "readers of a conversation read it" on public.conversations
  for select to authenticated
  using (
    (owner_id = (select auth.uid()) or id in (select private.shared_conversations()))
    and (ttl_seconds is null or private.expires_at(updated_at, ttl_seconds) > now())
  );

create policy "everybody creates conversations of their own" on public.conversations
  for insert to authenticated
  with check (owner_id = (select auth.uid()));

create policy "the owner and editors change a conversation" on public.conversations
  for update to authenticated
  using (owner_id = (select auth.uid()) or id in (select private.shared_conversations('{editor}')))
  with check (owner_id = (select auth.uid()) or id in (select private.shared_conversations('{editor}')));

create policy "the owner deletes a conversation" on public.conversations
  for delete to authenticated
  using (owner_id = (select auth.uid()));

alter table public.conversation_members enable row level security;

-- "offset 0" in a policy keeps exists() a look-up by key for each row. Without it the planner, which
-- does not know of the limit of a page, would rather hash all conversations that the caller sees.
create policy "the owner reads all members and a member reads their own row" on public.conversation_members
  for select to authenticated
  using (
    user_id = (select auth.uid())
    or exists (
      select 1 from public.conversations c
      where c.id = conversation_id and c.owner_id = (select auth.uid())
      offset 0
    )
  );

create policy "the owner adds members other than themselves" on public.conversation_members
  for insert to authenticated
  with check (
    user_id <> (select auth.uid())
    and exists (
      select 1 from public.conversations c
      where c.id = conversation_id and c.owner_id = (select auth.uid())
      offset 0
    )
  );

create policy "the owner changes the role of a member" on public.conversation_members
  for update to authenticated
  using (
    exists (
      select 1 from public.conversations c
      where c.id = conversation_id and c.owner_id = (select auth.uid())
      offset 0
    )
  )
  with check (
    exists (
      select 1 from public.conversations c
      where c.id = conversation_id and c.owner_id = (select auth.uid())
      offset 0
    )
  );

create policy "the owner removes a member and a member leaves" on public.conversation_members
  for delete to authenticated
  using (
    user_id = (select auth.uid())
    or exists (
      select 1 from public.conversations c
      where c.id = conversation_id and c.owner_id = (select auth.uid())
      offset 0
    )
  );

insert into public.schema_version (version, description)
values ('20261123090200', 'conversation_members and who may see a conversation');
