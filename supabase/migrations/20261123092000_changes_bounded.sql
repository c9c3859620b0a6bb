-- Changes of conversations: a merge in one pass, since one a key took four seconds for 64 KiB under
-- the lock that appenders wait for; and none of an expired conversation.
create or replace function private.merge_patch(target jsonb, patch jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  if jsonb_typeof(patch) <> 'object' then
    return patch;
  end if;
  return (
    select coalesce(
      jsonb_object_agg(
        key, case when p.value is null then t.value else private.merge_patch(t.value, p.value) end
      ),
      '{}'
    )
    from jsonb_each(case when jsonb_typeof(target) = 'object' then target else '{}' end) t
    full join jsonb_each(patch) p using (key)
    where p.value is distinct from 'null'
  );
end;
$$;

drop policy "the owner and editors change a conversation" on public.conversations;
create policy "the owner and editors change a conversation" on public.conversations
  for update to authenticated
  using (
    (owner_id = (select auth.uid()) or id in (select private.shared_conversations('{editor}')))
    and (ttl_seconds is null or private.expires_at(updated_at, ttl_seconds) > now())
  )
  with check (owner_id = (select auth.uid()) or id in (select private.shared_conversations('{editor}')));

insert into public.schema_version (version, description)
values ('20261123092000', 'changes of conversations within a bound');
