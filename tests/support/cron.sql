-- What Continuum uses of pg_cron, pg_net and Vault, for a database that has none of them. A test does what
-- they do by themselves: it runs the job, sends the requests, and puts the answers there.
create schema cron;

create table cron.job (
  jobid    bigint generated always as identity primary key,
  jobname  text unique,
  schedule text not null,
  command  text not null,
  active   boolean not null default true
);

create table cron.job_run_details (
  jobid          bigint,
  status         text,
  return_message text,
  start_time     timestamptz
);

create function cron.schedule(job_name text, schedule text, command text)
returns bigint
language sql
as $$
  insert into cron.job (jobname, schedule, command) values (job_name, schedule, command)
  on conflict (jobname) do update set schedule = excluded.schedule, command = excluded.command
  returning jobid
$$;

create schema net;

create table net.http_request_queue (
  id      bigint generated always as identity primary key,
  url     text not null,
  headers jsonb,
  body    jsonb
);

create table net._http_response (
  id          bigint,
  status_code integer,
  content     text,
  error_msg   text,
  created     timestamptz not null default now()
);

create function net.http_post(
  url                  text,
  body                 jsonb   default '{}',
  params               jsonb   default '{}',
  headers              jsonb   default '{"Content-Type": "application/json"}',
  timeout_milliseconds integer default 5000
)
returns bigint
language sql
as $$
  insert into net.http_request_queue (url, headers, body) values (url, headers, body) returning id
$$;

create schema vault;

create table vault.secrets (
  id     uuid primary key default gen_random_uuid(),
  name   text unique,
  secret text not null
);

create view vault.decrypted_secrets as select id, name, secret as decrypted_secret from vault.secrets;

create function vault.create_secret(new_secret text, new_name text default null)
returns uuid
language sql
as $$
  insert into vault.secrets (secret, name) values (new_secret, new_name) returning id
$$;

create function vault.update_secret(secret_id uuid, new_secret text default null)
returns void
language sql
as $$
  update vault.secrets set secret = new_secret where id = secret_id
$$;
