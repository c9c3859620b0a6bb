-- Rate limits: how many requests a user may send in a time. The functions ask before they do anything else, if
-- their environment sets a limit. A bucket per user and class of request, by the generic cell rate algorithm: the
-- time at which the bucket is full again says it all, so that nothing is kept of a single request.

-- Unlogged, since it is written with each request, and a crash may forget it: whoever has used up a quota then
-- has it back once.
create unlogged table continuum.rate_buckets (
  owner_id uuid        not null references auth.users (id) on delete cascade,
  class    text        not null check (class in ('read', 'write', 'bulk')),
  full_at  timestamptz not null,
  primary key (owner_id, class)
)
-- Room for the next version of a row beside it, so that an update touches neither an index nor another page.
with (fillfactor = 50);

comment on table continuum.rate_buckets is 'What users have left of their rate limits. A bucket that is full again is removed by the sweep.';
comment on column continuum.rate_buckets.full_at is 'When the bucket is full again if nothing more is taken from it.';

-- Takes one request from the caller's bucket of this class, which holds `quota` and fills up in window_seconds.
-- Requests at once are counted one after another, under the lock of the bucket's row. Returns how many are left
-- and in how many seconds there is one more, which for a refused one is when to come again.
-- Definer, because nobody is granted the table. It touches no bucket but the caller's, and never makes one
-- fuller: whatever a direct caller says that the limits are, they only take from themselves.
create function continuum.take_from_bucket(
  class          text,
  quota          integer,
  window_seconds integer,
  out is_granted boolean,
  out remaining  integer,
  out wait_ms    integer
)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  caller constant uuid := continuum.require_account();
  whole  constant interval := make_interval(secs => take_from_bucket.window_seconds);
  one    constant interval := whole / take_from_bucket.quota;
  until  timestamptz;
  behind interval;
begin
  -- The clock and not now(): a request may have waited for the lock.
  insert into continuum.rate_buckets as b (owner_id, class, full_at)
  values (caller, take_from_bucket.class, clock_timestamp() + one)
  on conflict (owner_id, class) do update
    set full_at = greatest(b.full_at, clock_timestamp()) + one
    where b.full_at - clock_timestamp() <= whole - one
  returning b.full_at into until;
  is_granted := found;
  if not is_granted then
    select b.full_at into until
    from continuum.rate_buckets b where b.owner_id = caller and b.class = take_from_bucket.class;
  end if;

  -- How much of the bucket is missing. A bucket of a larger limit that was lowered since may lack more than all.
  behind := greatest(coalesce(until, clock_timestamp()) - clock_timestamp(), interval '0');
  remaining := greatest(floor(extract(epoch from whole - behind) / extract(epoch from one)), 0);
  if not is_granted then
    remaining := 0;
  end if;
  wait_ms := ceil(1000 * extract(epoch from greatest(behind - (whole - (remaining + 1) * one), interval '0')));
end;
$$;

-- Forgets buckets that are full again, which say nothing. A request that comes meanwhile makes its bucket anew.
-- Definer, because nobody is granted the table; it is granted to the sweep alone.
create function continuum.forget_full_buckets(max_buckets integer)
returns void
language sql
security definer
set search_path = ''
as $$
  delete from continuum.rate_buckets b
  where b.ctid = any (array(
    select f.ctid from continuum.rate_buckets f where f.full_at <= now() limit max_buckets for update skip locked
  ))
$$;

-- Counts one request of the caller.
create function public.take_request(class text, quota integer, window_seconds integer)
returns text
language plpgsql
security invoker
set search_path = ''
as $$
begin
  if class is null or class not in ('read', 'write', 'bulk') then
    perform continuum.raise_invalid('/class', 'Must be read, write or bulk.');
  end if;
  if quota is null or quota not between 1 and 1000000 then
    perform continuum.raise_invalid('/quota', 'Must be between 1 and 1,000,000.');
  end if;
  if window_seconds is null or window_seconds not between 1 and 86400 then
    perform continuum.raise_invalid('/window_seconds', 'Must be between 1 and 86,400.');
  end if;
  return (
    select json_build_object('is_granted', t.is_granted, 'remaining', t.remaining, 'wait_ms', t.wait_ms)::text
    from continuum.take_from_bucket(take_request.class, take_request.quota, take_request.window_seconds) t
  );
end;
$$;

revoke all on function
  continuum.take_from_bucket,
  continuum.forget_full_buckets,
  public.take_request
from public, anon, authenticated, service_role;
grant execute on function
  continuum.take_from_bucket,
  public.take_request
to authenticated;
grant execute on function continuum.forget_full_buckets to service_role;

-- No grant and no policy: the functions above are the only way to it.
revoke all on table continuum.rate_buckets from anon, authenticated, service_role;
alter table continuum.rate_buckets enable row level security;

insert into continuum.schema_version (version, description)
values ('20261123091350', 'rate limits');
