-- Files. A content is an object in Storage: its row is made before its bytes and kept until they are gone.
-- A file is a name that its owner gave a content, so the same bytes under two names are stored once and
-- count once. conversation_files links files to conversations; storage_usage is the sum of an owner's
-- contents, so that parallel uploads cannot overshoot the limit.

create type continuum.file_type as enum ('user_upload', 'generated');
create type continuum.file_status as enum ('pending', 'ready', 'deleted');

create table continuum.file_contents (
  id              uuid                  primary key default gen_random_uuid(),
  owner_id        uuid                  not null default auth.uid() references auth.users (id) on delete cascade,
  bucket          text                  not null,
  storage_path    text                  not null,
  mime_type       text                  not null,
  size_bytes      bigint                not null,
  announced_bytes bigint,
  sha256          text,
  digest_verified boolean               not null default false,
  object_version  text,
  status          continuum.file_status not null default 'pending',
  created_at      timestamptz           not null default clock_timestamp(),
  updated_at      timestamptz           not null default clock_timestamp(),
  -- The policies of storage.objects let write where a pending row is, so a row names no other bucket.
  constraint file_contents_bucket_is_ours check (bucket in ('user-files', 'generated-files')),
  constraint file_contents_bucket_storage_path_key unique (bucket, storage_path),
  constraint file_contents_mime_type_is_bare check (mime_type ~ '^[a-z0-9!#$&^_.+-]{1,127}/[a-z0-9!#$&^_.+-]{1,127}$'),
  constraint file_contents_size_bytes_is_size check (size_bytes >= 0),
  constraint file_contents_announced_bytes_is_size check (announced_bytes >= 0),
  constraint file_contents_sha256_is_hex check (sha256 ~ '^[0-9a-f]{64}$'),
  constraint file_contents_verified_has_digest check (sha256 is not null or not digest_verified)
);

create table continuum.files (
  id              uuid                  primary key default gen_random_uuid(),
  owner_id        uuid                  not null default auth.uid() references auth.users (id) on delete cascade,
  content_id      uuid                  not null references continuum.file_contents (id) on delete cascade,
  original_name   text                  not null,
  mime_type       text                  not null,
  declared_type   text,
  type_parameters text,
  metadata        jsonb                 not null default '{}',
  status          continuum.file_status not null default 'pending',
  created_at      timestamptz           not null default clock_timestamp(),
  updated_at      timestamptz           not null default clock_timestamp(),
  -- No control characters, separators of paths, or overrides of text direction.
  constraint files_original_name_is_a_name check (
    char_length(original_name) between 1 and 255
    and original_name !~ '[\u0001-\u001f\u007f-\u009f/\\\u202a-\u202e\u2066-\u2069]'
    and original_name not in ('.', '..')
  ),
  constraint files_mime_type_is_bare check (mime_type ~ '^[a-z0-9!#$&^_.+-]{1,127}/[a-z0-9!#$&^_.+-]{1,127}$'),
  constraint files_declared_type_is_header check (char_length(declared_type) <= 1000 and declared_type ~ '^[ -~]*$'),
  constraint files_type_parameters_is_header check (
    char_length(type_parameters) between 1 and 1000 and type_parameters ~ '^[ -~]*$'
  ),
  -- The API counts the 64 KiB of compact JSON; jsonb's own text has spaces, hence the margin.
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

-- Since when a file may be without a link. A log: rows are added, whoever owns the file, and the sweep
-- takes them out. No key refers to the file, so that adding one locks no row of another owner.
create table continuum.unlinked_files (
  file_id     uuid        not null,
  unlinked_at timestamptz not null default clock_timestamp()
);

create table continuum.storage_usage (
  owner_id      uuid    primary key references auth.users (id) on delete cascade,
  bytes_used    bigint  not null default 0,
  bytes_limit   bigint  not null default 1073741824,
  pending_used  integer not null default 0,
  pending_limit integer not null default 1000,
  files_used    integer not null default 0,
  files_limit   integer not null default 100000,
  constraint storage_usage_bytes_used_is_size check (bytes_used >= 0),
  constraint storage_usage_bytes_limit_is_size check (bytes_limit >= 0),
  constraint storage_usage_counts_are_counts check (
    pending_used >= 0 and pending_limit >= 0 and files_used >= 0 and files_limit >= 0
  )
);

comment on table continuum.file_contents is 'A row an object: pending before its bytes, ready with them, deleted until they are gone.';
comment on column continuum.file_contents.storage_path is '<owner_id>/<id>: never a byte of a name.';
comment on column continuum.file_contents.mime_type is 'The type that the object has in Storage, without parameters.';
comment on column continuum.file_contents.size_bytes is 'The reserved size while pending, then the real one.';
comment on column continuum.file_contents.announced_bytes is 'The size that the upload must have; null if the client did not say.';
comment on column continuum.file_contents.sha256 is 'Lower-case hex.';
comment on column continuum.file_contents.digest_verified is 'Whether the function that took the bytes computed sha256 on the way.';
comment on column continuum.file_contents.object_version is 'The object''s version when it was made ready; only this one is read.';
comment on table continuum.files is 'A row for each name that an owner gave a content.';
comment on column continuum.files.mime_type is 'The type by the content, without parameters.';
comment on column continuum.files.declared_type is 'Content-Type as the client sent it.';
comment on column continuum.files.type_parameters is 'Parameters of the type, such as charset=iso-8859-1; given back with it.';
comment on table continuum.conversation_files is 'Which conversations, and which of their messages, refer to a file.';
comment on column continuum.conversation_files.message_seq is 'Null: the conversation as a whole.';
comment on table continuum.unlinked_files is 'Since when files may be without a link, for the sweep.';
comment on table continuum.storage_usage is 'What an owner''s contents and files amount to. An operator may change the limits.';
comment on column continuum.storage_usage.bytes_used is 'Bytes of pending and ready contents.';
comment on column continuum.storage_usage.pending_used is 'Pending contents.';
comment on column continuum.storage_usage.files_used is 'Files that are not deleted.';

-- The same bytes from the same owner into the same bucket are one object.
create unique index file_contents_owner_id_bucket_sha256_key
  on continuum.file_contents (owner_id, bucket, sha256)
  where status = 'ready' and digest_verified;
-- Serves the sum of what pending uploads have stored beyond their reservation.
create index file_contents_owner_id_pending_idx on continuum.file_contents (owner_id) where status = 'pending';
-- For the cascade from auth.users alone.
create index file_contents_owner_id_idx on continuum.file_contents (owner_id);
-- Serve the sweep.
create index file_contents_pending_idx on continuum.file_contents (created_at) where status = 'pending';
create index file_contents_deleted_idx on continuum.file_contents (updated_at) where status = 'deleted';
create index files_deleted_idx on continuum.files (updated_at) where status = 'deleted';
create index unlinked_files_unlinked_at_idx on continuum.unlinked_files (unlinked_at);
create index unlinked_files_file_id_idx on continuum.unlinked_files (file_id, unlinked_at);
-- Serves the list of an owner's files by keyset, and the cascade from auth.users.
create index files_owner_id_created_at_id_idx on continuum.files (owner_id, created_at desc, id desc);
-- Serves the names of a content, and the cascade from it.
create index files_content_id_idx on continuum.files (content_id);
-- Serves "is this file linked", which the policy of files asks, and the cascade from files.
create index conversation_files_file_id_idx on continuum.conversation_files (file_id, conversation_id);
create index conversation_files_conversation_id_message_seq_idx
  on continuum.conversation_files (conversation_id, message_seq);
create index conversation_files_attached_by_idx on continuum.conversation_files (attached_by);

-- A bucket's limits, from the one place that knows them. Definer, because storage.buckets shows
-- its rows to nobody; what it tells is public anyway.
create function continuum.bucket_limits(bucket text, out max_bytes bigint, out mime_types text[])
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  select b.file_size_limit, b.allowed_mime_types into max_bytes, mime_types
  from storage.buckets b
  where b.id = bucket_limits.bucket and b.id in ('user-files', 'generated-files');
end;
$$;

create function continuum.bucket_takes(bucket text, mime_type text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select from unnest((continuum.bucket_limits(bucket_takes.bucket)).mime_types) allowed (pattern)
    where bucket_takes.mime_type like replace(allowed.pattern, '*', '%')
  );
end;
$$;

-- The object at a path as Storage recorded it, its type without parameters; nulls if there is none.
-- Definer, because the policies of storage.objects ask tables that ask this. Granted to no user.
-- Here and wherever else objects are found by name: collation "C" is that of every index on bucket and name
-- that Storage keeps. In another collation, each look-up would read the whole bucket.
create function continuum.stored_object(
  bucket         text,
  storage_path   text,
  out size_bytes bigint,
  out mime_type  text,
  out version    text
)
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  select
    (o.metadata ->> 'size')::bigint,
    lower(trim(split_part(o.metadata ->> 'mimetype', ';', 1))),
    o.version
  into size_bytes, mime_type, version
  from storage.objects o
  where o.bucket_id = stored_object.bucket and o.name collate "C" = stored_object.storage_path;
end;
$$;

-- Whether a conversation that the caller reads links the file. Definer, because the policies of files and
-- conversation_files would otherwise read each other without end.
create function continuum.sees_link_of(file_id uuid)
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return exists (
    select
    from continuum.conversation_files l
    join continuum.conversations c on c.id = l.conversation_id
    where l.file_id = sees_link_of.file_id
      and c.expires_at > now()
      and (
        c.owner_id = auth.uid()
        or exists (
          select from continuum.conversation_members m
          where m.conversation_id = c.id and m.user_id = auth.uid() and m.declined_at is null
        )
      )
  );
end;
$$;

-- What a content's row may become, whoever changes it: ready only with its object, whose size, type and
-- version it takes; never back; and nothing about the bytes of a ready one. Definer, because it looks at
-- the object, which Storage shows to nobody while it is pending.
create function continuum.check_content()
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
    new.status := 'pending';
    return new;
  end if;

  if old.status = 'deleted' or (old.status = 'ready' and new.status = 'pending') then
    raise exception 'a content cannot go from % to %', old.status, new.status
      using errcode = 'check_violation', table = 'file_contents', constraint = 'file_contents_status_goes_forward';
  end if;
  if old.status = 'ready'
    and (new.size_bytes, new.mime_type, new.sha256, new.digest_verified, new.object_version)
      is distinct from (old.size_bytes, old.mime_type, old.sha256, old.digest_verified, old.object_version)
  then
    raise exception 'the bytes of a ready content are settled'
      using errcode = 'check_violation', table = 'file_contents', constraint = 'file_contents_ready_is_settled';
  end if;
  if old.status = 'pending' and new.status = 'ready' then
    stored := continuum.stored_object(new.bucket, new.storage_path);
    if stored.size_bytes is null
      or stored.size_bytes <> new.announced_bytes
      or stored.size_bytes > (continuum.bucket_limits(new.bucket)).max_bytes
      or not continuum.bucket_takes(new.bucket, stored.mime_type)
    then
      raise exception 'a ready content must have its object'
        using errcode = 'check_violation', table = 'file_contents', constraint = 'file_contents_ready_has_object';
    end if;
    new.size_bytes := stored.size_bytes;
    new.mime_type := stored.mime_type;
    new.object_version := stored.version;
  end if;
  new.updated_at := clock_timestamp();
  return new;
end;
$$;

create trigger file_contents_check
  before insert or update on continuum.file_contents
  for each row execute function continuum.check_content();

-- What a file's row may become: it is of a content of its owner, ready only when that is ready, and never
-- comes back. Definer, so that it sees the content whoever changes the row.
create function continuum.check_file()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    -- The first name of a content, which has one while it is pending.
    new.id := new.content_id;
    new.status := 'pending';
  elsif old.status = 'deleted' or (old.status = 'ready' and new.status = 'pending') then
    raise exception 'a file cannot go from % to %', old.status, new.status
      using errcode = 'check_violation', table = 'files', constraint = 'files_status_goes_forward';
  elsif old.status = 'ready'
    and (new.content_id, new.mime_type, new.type_parameters)
      is distinct from (old.content_id, old.mime_type, old.type_parameters)
  then
    raise exception 'the bytes of a ready file are settled'
      using errcode = 'check_violation', table = 'files', constraint = 'files_ready_is_settled';
  end if;
  if new.status <> 'deleted' and not exists (
    select from continuum.file_contents c
    where c.id = new.content_id and c.owner_id = new.owner_id and c.status = new.status
      and continuum.bucket_takes(c.bucket, new.mime_type)
  ) then
    raise exception 'a file has the status of its content'
      using errcode = 'check_violation', table = 'files', constraint = 'files_status_is_of_content';
  end if;
  if tg_op = 'UPDATE' then
    new.updated_at := clock_timestamp();
  end if;
  return new;
end;
$$;

create trigger files_check
  before insert or update on continuum.files
  for each row execute function continuum.check_file();

-- A file that becomes ready may have no link yet. A content goes with the last of its names; its row is
-- locked, so that a name that is being added is seen or sees it deleted. Definer, because neither row is
-- the caller's to change where a sweep or a cascade takes the other.
create function continuum.follow_file()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if new.status = 'ready' and old.status = 'pending' then
    insert into continuum.unlinked_files (file_id) values (new.id);
  elsif new.status = 'deleted' and old.status <> 'deleted' then
    perform from continuum.file_contents c where c.id = new.content_id for no key update;
    update continuum.file_contents c
    set status = 'deleted'
    where c.id = new.content_id and c.status <> 'deleted'
      and not exists (
        select from continuum.files f where f.content_id = c.id and f.status <> 'deleted'
      );
  end if;
  return null;
end;
$$;

create trigger files_follow
  after update of status on continuum.files
  for each row execute function continuum.follow_file();

-- Bytes that an owner's pending uploads have in Storage beyond what was reserved for them: Storage holds
-- an upload without Content-Length to no limit. Definer, because a pending object is shown to nobody; only
-- triggers ask.
create function continuum.overdrawn_bytes(owner uuid)
returns bigint
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return (
    select coalesce(sum(greatest((o.metadata ->> 'size')::bigint - c.size_bytes, 0)), 0)
    from continuum.file_contents c
    join storage.objects o on o.bucket_id = c.bucket and o.name collate "C" = c.storage_path
    where c.owner_id = overdrawn_bytes.owner and c.status = 'pending'
  );
end;
$$;

-- Definer, because usage is granted to nobody: it moves with the rows and in no other way.
create function continuum.keep_usage()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  owner   uuid;
  bytes   bigint  := 0;
  pending integer := 0;
  usage   continuum.storage_usage;
begin
  if tg_op <> 'INSERT' then
    owner := old.owner_id;
    bytes := case when old.status = 'deleted' then 0 else -old.size_bytes end;
    pending := case when old.status = 'pending' then -1 else 0 end;
  end if;
  if tg_op <> 'DELETE' then
    owner := new.owner_id;
    bytes := bytes + case when new.status = 'deleted' then 0 else new.size_bytes end;
    pending := pending + case when new.status = 'pending' then 1 else 0 end;
  end if;
  if bytes = 0 and pending = 0 then
    return null;
  end if;

  if tg_op = 'INSERT' then
    insert into continuum.storage_usage (owner_id) values (owner) on conflict (owner_id) do nothing;
  end if;
  -- The row lock that this takes puts parallel reservations in a line.
  update continuum.storage_usage u
  set bytes_used = u.bytes_used + bytes, pending_used = u.pending_used + pending
  where u.owner_id = owner
  returning u.* into usage;

  if bytes > 0 and usage.bytes_used + continuum.overdrawn_bytes(owner) > usage.bytes_limit then
    perform continuum.raise_problem('quota_exceeded', jsonb_build_object(
      'used', usage.bytes_used - bytes, 'limit', usage.bytes_limit
    ));
  elsif pending > 0 and usage.pending_used > usage.pending_limit then
    perform continuum.raise_problem('quota_exceeded', jsonb_build_object(
      'used', usage.pending_limit, 'limit', usage.pending_limit,
      'detail', 'There are too many unfinished uploads; complete or delete some.'
    ));
  end if;
  return null;
end;
$$;

create trigger file_contents_keep_usage
  after insert or update or delete on continuum.file_contents
  for each row execute function continuum.keep_usage();

-- Definer as keep_usage: empty files and further names take no bytes, so names are counted too.
create function continuum.keep_file_count()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  owner  uuid;
  change integer := 0;
  usage  continuum.storage_usage;
begin
  if tg_op <> 'INSERT' then
    owner := old.owner_id;
    change := case when old.status = 'deleted' then 0 else -1 end;
  end if;
  if tg_op <> 'DELETE' then
    owner := new.owner_id;
    change := change + case when new.status = 'deleted' then 0 else 1 end;
  end if;
  if change = 0 then
    return null;
  end if;
  update continuum.storage_usage u
  set files_used = greatest(u.files_used + change, 0)
  where u.owner_id = owner
  returning u.* into usage;
  if change > 0 and usage.files_used > usage.files_limit then
    perform continuum.raise_problem('quota_exceeded', jsonb_build_object(
      'used', usage.files_limit, 'limit', usage.files_limit, 'detail', 'There are too many files.'
    ));
  end if;
  return null;
end;
$$;

create trigger files_keep_count
  after insert or update of status or delete on continuum.files
  for each row execute function continuum.keep_file_count();

-- Files that lose a link may have lost their last: their time until the sweep starts now. Once a statement
-- and not once a row, and without touching the files, whoever owns them. Definer, because nobody is granted
-- to write the note.
create function continuum.note_unlinked_files()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into continuum.unlinked_files (file_id)
  select distinct r.file_id from removed r;
  return null;
end;
$$;

create trigger conversation_files_note_unlinked
  after delete on continuum.conversation_files
  referencing old table as removed
  for each statement execute function continuum.note_unlinked_files();

-- The links of a conversation that is deleted go in one statement, before its messages would take them
-- along one by one. Definer, because its owner may not see what others linked.
create function continuum.unlink_conversation()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from continuum.conversation_files l where l.conversation_id = old.id;
  return old;
end;
$$;

create trigger conversations_unlink_files
  before delete on continuum.conversations
  for each row execute function continuum.unlink_conversation();

-- Links ready files that the caller sees to a conversation, and to one of its messages if message_seq is
-- given. Definer, because the lock that keeps a file while it is linked asks for rights to its row, which
-- may be another owner's. It asks for the caller's rights to all three itself. FOR KEY SHARE lets the
-- owner delete the file meanwhile, and holds off only the sweep, which looks again.
create function continuum.link_files(conversation_id uuid, message_seq bigint, file_ids uuid[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  max_files constant integer := 100;
  linkable uuid[];
begin
  if cardinality(file_ids) > max_files then
    perform continuum.raise_invalid('/file_ids', 'Must be at most 100 file ids.');
  elsif not continuum.writes(link_files.conversation_id) or (
    link_files.message_seq is not null and not exists (
      select from continuum.messages m
      where m.conversation_id = link_files.conversation_id and m.seq = link_files.message_seq
        and m.author_id = auth.uid()
    )
  ) then
    perform continuum.raise_problem('not_found');
  end if;

  linkable := array(
    select f.id from continuum.files f
    where f.id = any (link_files.file_ids) and f.status = 'ready'
      and (f.owner_id = auth.uid() or continuum.sees_link_of(f.id))
    order by f.id
    for key share
  );
  if not linkable @> link_files.file_ids then
    perform continuum.raise_problem('unknown_file', jsonb_build_object('file_id', (
      select w.id from unnest(link_files.file_ids) with ordinality w (id, number)
      where w.id is null or w.id <> all (linkable)
      order by w.number
      limit 1
    )));
  end if;
  insert into continuum.conversation_files (conversation_id, file_id, message_seq)
  select link_files.conversation_id, l.id, link_files.message_seq from unnest(linkable) l (id)
  on conflict on constraint conversation_files_link_key do nothing;
end;
$$;

-- A file and its content, as the API shows them, and where its object is.
create type continuum.visible_file as (
  id              uuid,
  owner_id        uuid,
  bucket          text,
  original_name   text,
  mime_type       text,
  declared_type   text,
  type_parameters text,
  size_bytes      bigint,
  sha256          text,
  digest_verified boolean,
  file_type       continuum.file_type,
  status          continuum.file_status,
  metadata        jsonb,
  created_at      timestamptz,
  updated_at      timestamptz,
  content_id      uuid,
  storage_path    text
);

-- A file that the caller may see: any of their own, and a ready one that a conversation links which they
-- read. Null otherwise, and once it is deleted. Definer, because a content is shown to its owner alone.
create function continuum.find_file(file_id uuid)
returns continuum.visible_file
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  visible continuum.visible_file;
begin
  select
    f.id, f.owner_id, c.bucket, f.original_name, f.mime_type, f.declared_type, f.type_parameters,
    c.size_bytes, c.sha256, c.digest_verified,
    case c.bucket when 'generated-files' then 'generated' else 'user_upload' end,
    f.status, f.metadata, f.created_at, f.updated_at, c.id, c.storage_path
  into visible
  from continuum.files f
  join continuum.file_contents c on c.id = f.content_id
  where f.id = find_file.file_id and f.status <> 'deleted'
    and (f.owner_id = auth.uid() or (f.status = 'ready' and continuum.sees_link_of(f.id)));
  return visible;
end;
$$;

-- The File of the API.
create function continuum.file_json(file continuum.visible_file)
returns json
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select row_to_json(r)
    from (
      select
        file.id, file.owner_id, file.bucket, file.original_name, file.mime_type, file.declared_type,
        file.type_parameters, file.size_bytes, file.sha256, file.digest_verified, file.file_type, file.status,
        file.metadata, file.created_at, file.updated_at
    ) r
  );
end;
$$;

revoke all on function
  continuum.bucket_limits,
  continuum.bucket_takes,
  continuum.stored_object,
  continuum.sees_link_of,
  continuum.check_content,
  continuum.check_file,
  continuum.follow_file,
  continuum.overdrawn_bytes,
  continuum.keep_usage,
  continuum.keep_file_count,
  continuum.note_unlinked_files,
  continuum.unlink_conversation,
  continuum.link_files,
  continuum.find_file,
  continuum.file_json
from public, anon, authenticated, service_role;
grant execute on function
  continuum.bucket_limits,
  continuum.bucket_takes,
  continuum.sees_link_of,
  continuum.link_files,
  continuum.find_file,
  continuum.file_json
to authenticated;
grant execute on function
  continuum.stored_object
to service_role;

revoke all on table
  continuum.file_contents,
  continuum.files,
  continuum.conversation_files,
  continuum.unlinked_files,
  continuum.storage_usage
from anon, authenticated, service_role;
grant select on table
  continuum.file_contents,
  continuum.files,
  continuum.conversation_files,
  continuum.storage_usage
to authenticated;
grant insert (bucket, mime_type, size_bytes, announced_bytes) on table continuum.file_contents to authenticated;
grant update (status, size_bytes, sha256, digest_verified) on table continuum.file_contents to authenticated;
grant insert (content_id, original_name, mime_type, declared_type, type_parameters, metadata)
  on table continuum.files to authenticated;
grant update (content_id, original_name, mime_type, metadata, status) on table continuum.files to authenticated;
grant delete on table continuum.conversation_files to authenticated;
grant insert (conversation_id, file_id) on table continuum.conversation_files to authenticated;
grant select, update, delete on table continuum.file_contents, continuum.files to service_role;
grant select, delete on table continuum.conversation_files to service_role;
grant select, insert, update, delete on table continuum.unlinked_files to service_role;
grant select, insert, update on table continuum.storage_usage to service_role;

alter table continuum.file_contents enable row level security;
alter table continuum.files enable row level security;
alter table continuum.conversation_files enable row level security;
-- No policy: rows are added by triggers and read by the sweep alone.
alter table continuum.unlinked_files enable row level security;
alter table continuum.storage_usage enable row level security;

create policy "the owner reads a content" on continuum.file_contents
  for select to authenticated
  using (owner_id = (select auth.uid()));

create policy "everybody reserves contents of their own" on continuum.file_contents
  for insert to authenticated
  with check (owner_id = (select auth.uid()));

create policy "the owner changes a content" on continuum.file_contents
  for update to authenticated
  using (owner_id = (select auth.uid()))
  with check (owner_id = (select auth.uid()));

-- The owner sees deleted rows too: an update may not make a row invisible to who makes it.
create policy "the owner and readers of a linking conversation read a file" on continuum.files
  for select to authenticated
  using (owner_id = (select auth.uid()) or (status = 'ready' and continuum.sees_link_of(id)));

create policy "everybody names contents of their own" on continuum.files
  for insert to authenticated
  with check (owner_id = (select auth.uid()));

create policy "the owner changes a file" on continuum.files
  for update to authenticated
  using (owner_id = (select auth.uid()))
  with check (owner_id = (select auth.uid()));

create policy "readers of a conversation read its links" on continuum.conversation_files
  for select to authenticated
  using (continuum.reads(conversation_id));

-- While it is pending, so that no crash can leave a ready file without its link. Ready ones are linked
-- by continuum.link_files.
create policy "writers to a conversation link uploads of their own" on continuum.conversation_files
  for insert to authenticated
  with check (
    attached_by = (select auth.uid())
    and message_seq is null
    and continuum.writes(conversation_id)
    and exists (
      select from continuum.files f
      where f.id = file_id and f.owner_id = (select auth.uid()) and f.status <> 'deleted'
    )
  );

create policy "the owner and who linked a file unlink it" on continuum.conversation_files
  for delete to authenticated
  using (
    continuum.owns(conversation_id)
    or (attached_by = (select auth.uid()) and continuum.writes(conversation_id))
  );

create policy "everybody reads their own usage" on continuum.storage_usage
  for select to authenticated
  using (owner_id = (select auth.uid()));

insert into continuum.schema_version (version, description)
values ('20261123090300', 'files');
