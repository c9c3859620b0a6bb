-- The schedule of the sweeps, for projects that have pg_cron and pg_net. One job a minute asks for a sweep an hour
-- after the last one, or at once if that one's answer says that there is more. Does nothing until it is set up.

create table continuum.sweep_schedule (
  url          text        primary key check (url ~ '^https?://'),
  body         jsonb       not null,
  -- The request of pg_net; its answer is kept for some hours.
  request_id   bigint,
  requested_at timestamptz
);

comment on table continuum.sweep_schedule is 'The sweeps that run_sweeps asks for, and their last requests.';

-- Asks for the sweeps that are due. The lock is that of another call, which asks for them itself.
create function continuum.run_sweeps()
returns void
language plpgsql
set search_path = ''
as $$
declare
  sweep    continuum.sweep_schedule;
  has_more boolean;
begin
  for sweep in
    select s.* from continuum.sweep_schedule s for update skip locked
  loop
    select r.status_code = 200 and r.content ~ '"more"\s*:\s*true'
    into has_more
    from net._http_response r
    where r.id = sweep.request_id;

    if has_more or sweep.requested_at is null or sweep.requested_at < now() - interval '1 hour' then
      update continuum.sweep_schedule s
      set requested_at = now(),
        request_id = net.http_post(
          url := s.url,
          body := s.body,
          headers := jsonb_build_object('Content-Type', 'application/json', 'apikey', (
            select v.decrypted_secret from vault.decrypted_secrets v where v.name = 'continuum_secret_key'
          )),
          timeout_milliseconds := 60000
        )
      where s.url = sweep.url;
    end if;
  end loop;
end;
$$;

-- Sets the schedule up, or gives it another URL or key. The key is kept in Vault.
create function continuum.schedule_sweeps(project_url text, secret_key text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  functions_url constant text := rtrim(project_url, '/') || '/functions/v1/';
  kept          uuid;
begin
  if to_regclass('cron.job') is null or to_regclass('net._http_response') is null then
    raise exception 'Sweeping on a schedule needs the extensions pg_cron and pg_net.'
      using hint = 'Enable both in the dashboard under Database, Extensions.';
  end if;
  if secret_key not like 'sb\_secret\_%' then
    raise exception 'The key is not a secret key.'
      using hint = 'It begins with sb_secret_, and is under Project Settings, API Keys.';
  end if;

  select s.id into kept from vault.secrets s where s.name = 'continuum_secret_key';
  if kept is null then
    perform vault.create_secret(secret_key, 'continuum_secret_key');
  else
    perform vault.update_secret(kept, secret_key);
  end if;

  -- With a condition, because pg_safeupdate may be on for postgres too.
  delete from continuum.sweep_schedule where true;
  insert into continuum.sweep_schedule (url, body)
  values
    (functions_url || 'file-upload/_/sweep', '{"max_objects": 500}'),
    (functions_url || 'conversation-history/_/sweep', '{"max_conversations": 500}');
  perform cron.schedule('continuum-sweeps', '* * * * *', 'select continuum.run_sweeps()');
end;
$$;

revoke all on function
  continuum.run_sweeps,
  continuum.schedule_sweeps
from public, anon, authenticated, service_role;

revoke all on table continuum.sweep_schedule from anon, authenticated, service_role;

-- No policy: only postgres, whose job it is, and who owns the table.
alter table continuum.sweep_schedule enable row level security;

insert into continuum.schema_version (version, description)
values ('20261123091600', 'schedule');
