create function continuum.search_vector(content text, document jsonb) returns tsvector language sql immutable as $$ select to_tsvector('simple', left(coalesce(content,''),200000)) $$;
grant execute on all functions in schema continuum to authenticated;
