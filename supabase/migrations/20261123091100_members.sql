-- Who a conversation is shared with. A share is an invitation: readable by the conversation's id at once,
-- in the invited user's list and search only once accepted; declined or left, it is over until that user
-- accepts it again.

-- Who declined or left before the owner took the share away: if the owner shares again, it is declined still.
create table continuum.refused_shares (
  conversation_id uuid        not null references continuum.conversations (id) on delete cascade,
  user_id         uuid        not null references auth.users (id) on delete cascade,
  declined_at     timestamptz not null,
  primary key (conversation_id, user_id)
);

comment on table continuum.refused_shares is 'Shares that their user refused and their owner then took away. Kept by trigger.';

-- For the cascade from auth.users.
create index refused_shares_user_id_idx on continuum.refused_shares (user_id);

-- Definer, like the next one, because nobody is granted the table: it holds no more than what the row had.
-- A conversation or an account that is being deleted is not there any more.
create function continuum.keep_refusal()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into continuum.refused_shares (conversation_id, user_id, declined_at)
  select old.conversation_id, old.user_id, old.declined_at
  where exists (select from continuum.conversations c where c.id = old.conversation_id)
    and exists (select from auth.users u where u.id = old.user_id)
  on conflict do nothing;
  return null;
end;
$$;

create trigger conversation_members_keep_refusal
  after delete on continuum.conversation_members
  for each row when (old.declined_at is not null)
  execute function continuum.keep_refusal();

-- Definer, because nobody is granted the table; it moves a user's refusal back to the row that is made.
create function continuum.recall_refusal()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  refused_at timestamptz;
begin
  delete from continuum.refused_shares r
  where r.conversation_id = new.conversation_id and r.user_id = new.user_id
  returning r.declined_at into refused_at;
  new.declined_at := coalesce(refused_at, new.declined_at);
  return new;
end;
$$;

create trigger conversation_members_recall_refusal
  before insert on continuum.conversation_members
  for each row execute function continuum.recall_refusal();

create function continuum.member_json(member continuum.conversation_members)
returns json
language plpgsql
stable
set search_path = ''
as $$
begin
  return json_build_object(
    'user_id', member.user_id, 'role', member.role, 'added_at', member.added_at,
    'accepted_at', member.accepted_at, 'declined_at', member.declined_at
  );
end;
$$;

-- The members that the caller may see: all to the owner, oneself to a member.
create function public.read_members(continuation_id text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  target continuum.conversations;
  answer json;
begin
  perform continuum.require_account();
  target := continuum.require_access(continuation_id, 'viewer');
  select json_agg(continuum.member_json(m) order by m.added_at, m.user_id) into answer
  from continuum.conversation_members m
  where m.conversation_id = target.id;
  return json_build_object('members', coalesce(answer, '[]'))::text;
end;
$$;

create function public.read_member(continuation_id text, user_id uuid)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  target continuum.conversations;
  member continuum.conversation_members;
begin
  perform continuum.require_account();
  target := continuum.require_access(continuation_id, 'viewer');
  select m.* into member
  from continuum.conversation_members m
  where m.conversation_id = target.id and m.user_id = read_member.user_id;
  if member.user_id is null then
    perform continuum.raise_problem('not_found');
  end if;
  return continuum.member_json(member)::text;
end;
$$;

-- Whether another invitation is too many: of open ones from one user, to one, or from the one to the other,
-- so that no single user keeps all others from inviting somebody. Definer, because a user sees no invitation
-- between two others; it tells no more than that there are too many.
create function continuum.has_too_many_invitations(user_id uuid)
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  max_from constant integer := 1000;
  max_to   constant integer := 1000;
  max_pair constant integer := 100;
begin
  return (
    select count(*) >= max_from
    from (
      select from continuum.conversation_members m
      where m.invited_by = auth.uid() and m.accepted_at is null and m.declined_at is null
      limit max_from
    ) o
  ) or (
    select count(*) >= max_to
    from (
      select from continuum.conversation_members m
      where m.user_id = has_too_many_invitations.user_id and m.accepted_at is null and m.declined_at is null
      limit max_to
    ) o
  ) or (
    select count(*) >= max_pair
    from (
      select from continuum.conversation_members m
      where m.user_id = has_too_many_invitations.user_id and m.invited_by = auth.uid()
        and m.accepted_at is null and m.declined_at is null
      limit max_pair
    ) o
  );
end;
$$;

-- Invites a user or changes a member's role.
create function public.put_member(continuation_id text, user_id uuid, role text)
returns text
language plpgsql
security invoker
set search_path = ''
as $$
declare
  target continuum.conversations;
  member continuum.conversation_members;
begin
  perform continuum.require_account();
  if coalesce(put_member.role not in ('viewer', 'editor'), true) then
    perform continuum.raise_invalid('/role', 'Must be viewer or editor.');
  elsif put_member.user_id is null then
    perform continuum.raise_invalid('/user_id', 'Must be a user id.');
  end if;
  target := continuum.require_access(continuation_id, 'owner');
  if put_member.user_id = target.owner_id then
    perform continuum.raise_invalid('/user_id', 'The owner cannot be added as a member.');
  end if;
  update continuum.conversation_members m
  set role = put_member.role::continuum.member_role
  where m.conversation_id = target.id and m.user_id = put_member.user_id
  returning m.* into member;
  if not found then
    if continuum.has_too_many_invitations(put_member.user_id) then
      perform continuum.raise_problem('too_many_invitations');
    end if;
    insert into continuum.conversation_members (conversation_id, user_id, role)
    values (target.id, put_member.user_id, put_member.role::continuum.member_role)
    on conflict on constraint conversation_members_pkey do update set role = excluded.role
    returning * into member;
  end if;
  return continuum.member_json(member)::text;
exception when foreign_key_violation then
  perform continuum.raise_problem('unknown_user');
end;
$$;

-- Answers the caller's own invitation; null if there is none. Definer, because a declined conversation is
-- out of the caller's sight until it is accepted; it moves the caller's own row alone.
create function continuum.answer_invitation(conversation_id uuid, accepts boolean)
returns continuum.conversation_members
language plpgsql
security definer
set search_path = ''
as $$
declare
  member continuum.conversation_members;
begin
  update continuum.conversation_members m
  set
    accepted_at = case when accepts then coalesce(m.accepted_at, clock_timestamp()) end,
    declined_at = case when not accepts then coalesce(m.declined_at, clock_timestamp()) end
  where m.conversation_id = answer_invitation.conversation_id and m.user_id = auth.uid()
  returning m.* into member;
  return member;
end;
$$;

-- Accepts a share of the caller's: the conversation is in their list and search from now on.
create function public.accept_invitation(continuation_id text)
returns text
language plpgsql
security invoker
set search_path = ''
as $$
declare
  member continuum.conversation_members;
begin
  perform continuum.require_account();
  member := continuum.answer_invitation(continuum.as_uuid(continuation_id), true);
  if member.user_id is null then
    perform continuum.raise_problem('not_found');
  end if;
  return continuum.member_json(member)::text;
end;
$$;

-- The owner takes a share away; a member declines or leaves.
create function public.remove_member(continuation_id text, user_id uuid)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
  target continuum.conversations;
begin
  perform continuum.require_account();
  target := continuum.require_access(continuation_id, 'viewer');
  if target.owner_id <> (select auth.uid()) then
    if remove_member.user_id is distinct from (select auth.uid()) then
      perform continuum.raise_problem('owner_only');
    end if;
    perform continuum.answer_invitation(target.id, false);
    return;
  end if;
  delete from continuum.conversation_members m
  where m.conversation_id = target.id and m.user_id = remove_member.user_id;
  if not found then
    perform continuum.raise_problem('not_found');
  end if;
end;
$$;

comment on function public.read_members is 'Problems: invalid_token, not_found.';
comment on function public.read_member is 'Problems: invalid_token, not_found.';
comment on function public.put_member is
  'Problems: invalid_token, not_found, owner_only, validation_failed, unknown_user, too_many_invitations.';
comment on function public.accept_invitation is 'Problems: invalid_token, not_found.';
comment on function public.remove_member is 'Problems: invalid_token, not_found, owner_only.';

revoke all on function
  continuum.keep_refusal,
  continuum.recall_refusal,
  continuum.member_json,
  continuum.has_too_many_invitations,
  continuum.answer_invitation,
  public.read_members,
  public.read_member,
  public.put_member,
  public.accept_invitation,
  public.remove_member
from public, anon, authenticated, service_role;
grant execute on function
  continuum.member_json,
  continuum.has_too_many_invitations,
  continuum.answer_invitation,
  public.read_members,
  public.read_member,
  public.put_member,
  public.accept_invitation,
  public.remove_member
to authenticated;

-- No grant and no policy: the triggers above are the only way to it.
revoke all on table continuum.refused_shares from anon, authenticated, service_role;
alter table continuum.refused_shares enable row level security;

insert into continuum.schema_version (version, description)
values ('20261123091100', 'members');
