-- Files: a row for each stored object, made before its bytes and kept until they are gone.
-- conversation_files links them to conversations; the links are the reference count. storage_usage is the
-- sum of an owner's pending and ready rows, so that parallel uploads cannot overshoot the limit.

create type continuum.file_type as enum ('user_upload', 'generated');
create type continuum.file_status as enum ('pending', 'ready', 'deleted');

create table continuum.files (
  id              uuid               primary key default gen_random_uuid(),
  owner_id        uuid               not null default auth.uid() references auth.users (id) on delete cascade,
  bucket          text               not null,
  storage_path    text               not null,
  original_name   text               not null,
  mime_type       text               not null,
  size_bytes      bigint             not null,
  sha256          text,
  digest_verified boolean            not null default false,
  file_type       continuum.file_type   not null default 'user_upload',
  status          continuum.file_status not null default 'pending',
  metadata        jsonb              not null default '{}',
  created_at      timestamptz        not null default clock_timestamp(),
  updated_at      timestamptz        not null default clock_timestamp(),
  -- The policies of storage.objects let write where a pending row is, so a row names no other bucket.
  constraint files_bucket_is_ours check (bucket in ('user-files', 'generated-files')),
  constraint files_bucket_storage_path_key unique (bucket, storage_path),
  constraint files_original_name_is_a_name check (
    char_length(original_name) between 1 and 255
    and original_name !~ '[\u0001-\u001f\u007f-\u009f/\\]'
    and original_name not in ('.', '..')
  ),
  constraint files_mime_type_is_bare check (mime_type ~ '^[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+$'),
  constraint files_size_bytes_is_size check (size_bytes >= 0),
  constraint files_sha256_is_hex check (sha256 ~ '^[0-9a-f]{64}$'),
  constraint files_verified_has_digest check (sha256 is not null or not digest_verified),
  constraint files_metadata_is_small_object check (
    jsonb_typeof(metadata) = 'object' and octet_length(metadata::text) <= 131072
  )
);

create table continuum.conversation_files (
  conversation_id uuid        not null references continuum.conversations (id) on delete cascade,
  file_id         uuid        not null references continuum.files (id) on delete cascade,
  message_seq     bigint,
  attached_by     uuid        default auth.uid() references auth.users (id) on delete set null,
  attached_at     timestamptz not null default clock_timestamp(),
  constraint conversation_files_link_key unique nulls not distinct (conversation_id, file_id, message_seq),
  constraint conversation_files_message_fkey foreign key (conversation_id, message_seq)
    references continuum.messages (conversation_id, seq) on delete cascade
);

create table continuum.storage_usage (
  owner_id    uuid   primary key references auth.users (id) on delete cascade,
  bytes_used  bigint not null default 0,
  bytes_limit bigint not null default 1073741824,
  constraint storage_usage_bytes_used_is_size check (bytes_used >= 0),
  constraint storage_usage_bytes_limit_is_size check (bytes_limit >= 0)
);

comment on table continuum.files is 'A row an object: pending before its bytes, ready with them, deleted until they are gone.';
comment on column continuum.files.storage_path is '<owner_id>/<id>: never a byte of the name.';
comment on column continuum.files.size_bytes is 'The reserved size while pending, then the real one.';
comment on column continuum.files.sha256 is 'Lower-case hex.';
comment on column continuum.files.digest_verified is 'Whether the function that took the bytes computed sha256 on the way.';
comment on table continuum.conversation_files is 'Which conversations, and which of their messages, refer to a file.';
comment on column continuum.conversation_files.message_seq is 'null: the conversation as a whole.';
comment on table continuum.storage_usage is 'Bytes of pending and ready files by owner. An operator may change bytes_limit.';

-- The same content from the same owner into the same bucket is one file.
create unique index files_owner_id_bucket_sha256_key
  on continuum.files (owner_id, bucket, sha256)
  where status = 'ready' and digest_verified;
-- Serves the list of an owner's files by keyset, and the cascade from auth.users.
create index files_owner_id_created_at_id_idx on continuum.files (owner_id, created_at desc, id desc);
-- Serves the sweep.
create index files_status_updated_at_idx on continuum.files (status, updated_at);
-- Serves "is this file linked", which the policy of files asks, and the cascade from files.
create index conversation_files_file_id_idx on continuum.conversation_files (file_id);
create index conversation_files_conversation_id_message_seq_idx
  on continuum.conversation_files (conversation_id, message_seq);
create index conversation_files_attached_by_idx on continuum.conversation_files (attached_by);

-- The object that a row names, as Storage recorded it. Definer: while the row is pending nobody
-- may read the object, yet completing must see its size. It tells size and type, and only of a
-- path that a row of the caller's names.
create function continuum.stored_object(bucket text, storage_path text, out size_bytes bigint, out mime_type text)
language sql
stable
security definer
set search_path = ''
as $$
  select (o.metadata ->> 'size')::bigint, o.metadata ->> 'mimetype'
  from storage.objects o
  where o.bucket_id = stored_object.bucket and o.name = stored_object.storage_path
$$;

-- What a row may become, whoever changes it: ready only with an object of that very size and type,
-- never back from deleted, and nothing about the bytes of a ready file.
create function continuum.check_file()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  stored record;
begin
  if tg_op = 'INSERT' then
    new.storage_path := new.owner_id || '/' || new.id;
    new.file_type := case new.bucket when 'generated-files' then 'generated' else 'user_upload' end;
    new.status := 'pending';
    return new;
  end if;

  if old.status = 'deleted' or (old.status = 'ready' and new.status = 'pending') then
    raise exception 'a file cannot go from % to %', old.status, new.status
      using errcode = 'check_violation', table = 'files', constraint = 'files_status_goes_forward';
  end if;
  if old.status = 'ready'
    and (new.size_bytes, new.mime_type, new.sha256, new.digest_verified)
      is distinct from (old.size_bytes, old.mime_type, old.sha256, old.digest_verified)
  then
    raise exception 'the bytes of a ready file are settled'
      using errcode = 'check_violation', table = 'files', constraint = 'files_ready_is_settled';
  end if;
  if old.status = 'pending' and new.status = 'ready' then
    -- From, since a bare call answers null where there is no object, and null has no fields.
    select o.* into stored from continuum.stored_object(new.bucket, new.storage_path) o;
    if (stored.size_bytes, stored.mime_type) is distinct from (new.size_bytes, new.mime_type) then
      raise exception 'a ready file must have its object'
        using errcode = 'check_violation', table = 'files', constraint = 'files_ready_has_object';
    end if;
  end if;
  new.updated_at := clock_timestamp();
  return new;
end;
$$;

create trigger files_check
  before insert or update on continuum.files
  for each row execute function continuum.check_file();

-- Definer, because usage is granted to nobody: it moves with the rows and in no other way.
create function continuum.keep_usage()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  before_bytes bigint := 0;
  after_bytes  bigint := 0;
  owner        uuid;
  usage        continuum.storage_usage;
begin
  if tg_op <> 'INSERT' then
    owner := old.owner_id;
    before_bytes := case when old.status = 'deleted' then 0 else old.size_bytes end;
  end if;
  if tg_op <> 'DELETE' then
    owner := new.owner_id;
    after_bytes := case when new.status = 'deleted' then 0 else new.size_bytes end;
  end if;
  if before_bytes = after_bytes then
    return null;
  end if;

  if after_bytes > before_bytes then
    insert into continuum.storage_usage (owner_id) values (owner) on conflict (owner_id) do nothing;
  end if;
  -- The row lock that this takes puts parallel reservations in a line.
  update continuum.storage_usage u
  set bytes_used = u.bytes_used + after_bytes - before_bytes
  where u.owner_id = owner
  returning u.* into usage;

  if after_bytes > before_bytes and usage.bytes_used > usage.bytes_limit then
    perform continuum.raise_problem('quota_exceeded', jsonb_build_object(
      'used', usage.bytes_used - after_bytes + before_bytes, 'limit', usage.bytes_limit
    ));
  end if;
  return null;
end;
$$;

create trigger files_keep_usage
  after insert or update or delete on continuum.files
  for each row execute function continuum.keep_usage();

-- Whether the caller may link a file: one of their own, or a ready one that a conversation they see
-- links already. Definer, because the policies of files and conversation_files would otherwise read
-- each other without end. The share lock keeps the file from being deleted until the link is
-- committed.
create function continuum.lock_linkable_file(file_id uuid)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform
  from continuum.files f
  where f.id = lock_linkable_file.file_id
    and f.status <> 'deleted'
    and (
      f.owner_id = (select auth.uid())
      or f.status = 'ready' and exists (
        select 1
        from continuum.conversation_files l
        where l.file_id = f.id and continuum.reads(l.conversation_id)
      )
    )
  for share of f;
  return found;
end;
$$;

-- Links ready files to a conversation, and to one of its messages if message_seq is given.
create function continuum.link_files(conversation_id uuid, message_seq bigint, file_ids uuid[])
returns void
language plpgsql
set search_path = ''
as $$
declare
  wanted uuid;
begin
  foreach wanted in array file_ids loop
    if not continuum.lock_linkable_file(wanted)
      or not exists (select 1 from continuum.files f where f.id = wanted and f.status = 'ready')
    then
      perform continuum.raise_problem('unknown_file', jsonb_build_object('file_id', wanted));
    end if;
    insert into continuum.conversation_files (conversation_id, file_id, message_seq)
    values (link_files.conversation_id, wanted, link_files.message_seq)
    on conflict on constraint conversation_files_link_key do nothing;
  end loop;
end;
$$;

-- A file that loses a link may have lost its last: its time until the sweep starts now.
create function continuum.touch_unlinked_file()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update continuum.files f set updated_at = clock_timestamp()
  where f.id = old.file_id and f.status = 'ready';
  return null;
end;
$$;

create trigger conversation_files_touch_unlinked
  after delete on continuum.conversation_files
  for each row execute function continuum.touch_unlinked_file();

-- The File of the API.
create function continuum.file_json(file continuum.files)
returns json
language plpgsql
stable
set search_path = ''
as $$
begin
  return json_build_object(
    'id', file.id,
    'owner_id', file.owner_id,
    'bucket', file.bucket,
    'original_name', file.original_name,
    'mime_type', file.mime_type,
    'size_bytes', file.size_bytes,
    'sha256', file.sha256,
    'digest_verified', file.digest_verified,
    'file_type', file.file_type,
    'status', file.status,
    'metadata', file.metadata,
    'created_at', file.created_at,
    'updated_at', file.updated_at
  );
end;
$$;

revoke all on function
  continuum.lock_linkable_file,
  continuum.link_files,
  continuum.file_json,
  continuum.stored_object,
  continuum.check_file,
  continuum.keep_usage,
  continuum.touch_unlinked_file
from public, anon, authenticated, service_role;
grant execute on function
  continuum.lock_linkable_file,
  continuum.link_files,
  continuum.file_json
to authenticated;
grant execute on function
  continuum.stored_object
to authenticated, service_role;

revoke all on table continuum.files, continuum.conversation_files, continuum.storage_usage
  from anon, authenticated, service_role;
grant select on table continuum.files, continuum.conversation_files, continuum.storage_usage to authenticated;
grant insert (bucket, original_name, mime_type, size_bytes, metadata) on table continuum.files to authenticated;
grant update (status, size_bytes, mime_type, sha256, digest_verified, metadata) on table continuum.files to authenticated;
grant insert (conversation_id, file_id, message_seq) on table continuum.conversation_files to authenticated;
grant select, update, delete on table continuum.files to service_role;
grant select, delete on table continuum.conversation_files to service_role;
grant select, insert, update on table continuum.storage_usage to service_role;

alter table continuum.files enable row level security;
alter table continuum.conversation_files enable row level security;
alter table continuum.storage_usage enable row level security;

-- The owner sees deleted rows too: an update may not make a row invisible to who makes it.
create policy "the owner and readers of a linking conversation read a file" on continuum.files
  for select to authenticated
  using (
    owner_id = (select auth.uid())
    or (status = 'ready' and exists (select 1 from continuum.conversation_files l where l.file_id = files.id offset 0))
  );

create policy "everybody reserves files of their own" on continuum.files
  for insert to authenticated
  with check (owner_id = (select auth.uid()));

create policy "the owner changes a file" on continuum.files
  for update to authenticated
  using (owner_id = (select auth.uid()))
  with check (owner_id = (select auth.uid()));

create policy "readers of a conversation read its links" on continuum.conversation_files
  for select to authenticated
  using (exists (select 1 from continuum.conversations c where c.id = conversation_id offset 0));

create policy "the owner and editors link files that they see, to no message of another" on continuum.conversation_files
  for insert to authenticated
  with check (
    attached_by = (select auth.uid())
    and continuum.writes(conversation_id)
    and (
      message_seq is null
      or exists (
        select 1 from continuum.messages m
        where m.conversation_id = conversation_files.conversation_id
          and m.seq = conversation_files.message_seq
          and m.author_id = (select auth.uid())
        offset 0
      )
    )
    and continuum.lock_linkable_file(file_id)
  );

create policy "everybody reads their own usage" on continuum.storage_usage
  for select to authenticated
  using (owner_id = (select auth.uid()));

insert into continuum.schema_version (version, description)
values ('20261123090300', 'files');
