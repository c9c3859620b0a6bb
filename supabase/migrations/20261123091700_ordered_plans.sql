-- Reads of a conversation's messages go along the index and stop. A plan that is kept for all
-- conversations guesses the length of an average one: below a statement's limit, sorting what is
-- there seems cheaper to it, and reads a conversation of 100,000 messages whole, from the sixth call
-- of a connection on.
alter function public.read_history(text, bigint, bigint, integer) set enable_sort = off;
alter function public.read_context(text, integer, integer) set enable_sort = off;
alter function public.export_messages(uuid, bigint, bigint) set enable_sort = off;

insert into public.schema_version (version, description)
values ('20261123091700', 'reads of messages go along the index');
