-- Files: a row for each stored object, made before its bytes and kept until they are gone.
-- conversation_files links them to conversations; the links are the reference count.

create type public.file_type as enum ('user_upload', 'generated');
create type public.file_status as enum ('pending', 'ready', 'deleted');

create table public.files (
  id              uuid               primary key default gen_random_uuid(),
  owner_id        uuid               not null default auth.uid() references auth.users (id) on delete cascade,
  bucket          text               not null,
  storage_path    text               not null,
  original_name   text               not null,
  mime_type       text               not null,
  size_bytes      bigint             not null,
  sha256          text,
  digest_verified boolean            not null default false,
  file_type       public.file_type   not null default 'user_upload',
  status          public.file_status not null default 'pending',
  metadata        jsonb              not null default '{}',
  created_at      timestamptz        not null default clock_timestamp(),
  updated_at      timestamptz        not null default clock_timestamp(),
  constraint files_bucket_storage_path_key unique (bucket, storage_path)
);

create table public.conversation_files (
  conversation_id uuid        not null references public.conversations (id) on delete cascade,
  file_id         uuid        not null references public.files (id) on delete cascade,
  message_seq     bigint,
  attached_by     uuid        default auth.uid() references auth.users (id) on delete set null,
  attached_at     timestamptz not null default clock_timestamp(),
  constraint conversation_files_link_key unique nulls not distinct (conversation_id, file_id, message_seq),
  foreign key (conversation_id, message_seq) references public.messages (conversation_id, seq) on delete cascade
);
create function private.link_files(conversation_id uuid, message_seq bigint, file_ids jsonb)
returns void language plpgsql set search_path = '' as $$
begin
 if file_ids is not null and file_ids <> '[]' then perform private.raise_problem('unknown_file'); end if;
end $$;
grant execute on function private.link_files(uuid,bigint,jsonb) to authenticated;
grant select, insert on public.conversation_files to authenticated;
