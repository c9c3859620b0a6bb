create function continuum.estimate_tokens(content text, document jsonb) returns integer language sql immutable as $$ select ceil((coalesce(octet_length(content),0)+coalesce(octet_length(document::text),0))/4.0)::integer $$;
create function continuum.call_ids(document jsonb) returns text[] language sql immutable as $$ select null::text[] $$;
create function continuum.result_ids(document jsonb) returns text[] language sql immutable as $$ select null::text[] $$;
create function continuum.find_call(conversation_id uuid, place bigint, role continuum.message_role, results text[]) returns bigint language sql stable as $$ select null::bigint $$;
grant execute on all functions in schema continuum to authenticated;
