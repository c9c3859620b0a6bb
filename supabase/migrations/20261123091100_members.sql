-- Who a conversation is shared with, as the API reads and changes it.

create function continuum.member_json(member continuum.conversation_members)
returns json
language plpgsql
stable
set search_path = ''
as $$
begin
  return json_build_object('user_id', member.user_id, 'role', member.role, 'added_at', member.added_at);
end;
$$;

-- The members that the caller may see: all to the owner, oneself to a member.
create function public.read_members(continuation_id text, user_id uuid default null)
returns json
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  target continuum.conversations := continuum.find_conversation(continuation_id);
  answer json;
begin
  if target.id is null then
    perform continuum.raise_problem('not_found');
  end if;
  select json_agg(continuum.member_json(m) order by m.added_at, m.user_id) into answer
  from continuum.conversation_members m
  where m.conversation_id = target.id
    and (read_members.user_id is null or m.user_id = read_members.user_id);
  if answer is null and read_members.user_id is not null then
    perform continuum.raise_problem('not_found');
  end if;
  return json_build_object('members', coalesce(answer, '[]'));
end;
$$;

-- Adds a member or changes a role.
create function public.put_member(continuation_id text, user_id uuid, role continuum.member_role)
returns json
language plpgsql
security invoker
set search_path = ''
as $$
declare
  target continuum.conversations := continuum.require_access(continuation_id, 'owner');
  member continuum.conversation_members;
begin
  if put_member.user_id = target.owner_id then
    perform continuum.raise_problem('validation_failed', jsonb_build_object('errors', jsonb_build_array(
      jsonb_build_object('pointer', '/user_id', 'detail', 'The owner is no member.')
    )));
  end if;
  insert into continuum.conversation_members (conversation_id, user_id, role)
  values (target.id, put_member.user_id, put_member.role)
  on conflict on constraint conversation_members_pkey do update set role = excluded.role
  returning * into member;
  return continuum.member_json(member);
exception when foreign_key_violation then
  perform continuum.raise_problem('unknown_user');
end;
$$;

-- The owner removes a member; a member leaves.
create function public.remove_member(continuation_id text, user_id uuid)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
  target continuum.conversations := continuum.find_conversation(continuation_id);
begin
  if target.id is null then
    perform continuum.raise_problem('not_found');
  end if;
  if target.owner_id <> (select auth.uid()) and remove_member.user_id <> (select auth.uid()) then
    perform continuum.raise_problem('owner_only');
  end if;
  delete from continuum.conversation_members m
  where m.conversation_id = target.id and m.user_id = remove_member.user_id;
  if not found then
    perform continuum.raise_problem('not_found');
  end if;
end;
$$;

comment on function public.read_members is 'Problems: not_found.';
comment on function public.put_member is
  'Problems: not_found, owner_only, validation_failed, unknown_user.';
comment on function public.remove_member is 'Problems: not_found, owner_only.';

revoke all on function
  continuum.member_json,
  public.read_members,
  public.put_member,
  public.remove_member
from public, anon, authenticated, service_role;
grant execute on function
  continuum.member_json,
  public.read_members,
  public.put_member,
  public.remove_member
to authenticated;

insert into continuum.schema_version (version, description)
values ('20261123091100', 'members');
