-- Parts are objects, and no more of them than an append takes: whoever inserts a message, every
-- reader of the conversation reads it, and nobody can change it.
alter table public.messages
  -- Strict, since lax would look into arrays among them.
  add constraint messages_parts_are_objects
    check (not jsonb_path_exists(parts, 'strict $[*] ? (@.type() != "object")')),
  -- The API counts 4 MiB of compact JSON; jsonb's own text has spaces, hence the margin.
  add constraint messages_parts_fit check (octet_length(parts::text) <= 8388608);

insert into public.schema_version (version, description)
values ('20261123091800', 'parts are objects, within a bound');
