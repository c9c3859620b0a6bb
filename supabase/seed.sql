-- Demo rows for local work only: an account (demo@example.com, password continuum-demo) and a small
-- conversation of its own. `deno task start` applies it to an empty database, and `supabase start` if
-- SUPABASE_DB_SEED_ENABLED=true is set. It is off in config.toml, so that nothing applies it to a hosted project.

insert into auth.users (
  id, aud, role, email, encrypted_password, email_confirmed_at,
  confirmation_token, recovery_token, email_change, email_change_token_new,
  raw_app_meta_data, raw_user_meta_data, created_at, updated_at
)
values (
  '11111111-1111-4111-8111-111111111111', 'authenticated', 'authenticated', 'demo@example.com',
  extensions.crypt('continuum-demo', extensions.gen_salt('bf')), now(),
  '', '', '', '',
  '{"provider": "email", "providers": ["email"]}', '{}', now(), now()
);

insert into auth.identities (
  id, user_id, provider, provider_id, identity_data, last_sign_in_at, created_at, updated_at
)
values (
  '11111111-1111-4111-8111-111111111112', '11111111-1111-4111-8111-111111111111', 'email',
  '11111111-1111-4111-8111-111111111111',
  '{"sub": "11111111-1111-4111-8111-111111111111", "email": "demo@example.com", "email_verified": true}',
  now(), now(), now()
);

do $$
begin
  -- Supabase Auth finds its users by this column; the Auth of the Docker-free stack has none.
  if exists (
    select from information_schema.columns
    where table_schema = 'auth' and table_name = 'users' and column_name = 'instance_id'
  ) then
    execute $update$
      update auth.users set instance_id = '00000000-0000-0000-0000-000000000000'
      where id = '11111111-1111-4111-8111-111111111111'
    $update$;
  end if;

  -- In the name of the demo user, by the one way in for messages.
  perform set_config('request.jwt.claims', '{"sub": "11111111-1111-4111-8111-111111111111"}', true);
  perform public.append_messages(request => '{
    "continuation_id": "welcome",
    "title": "Welcome to Continuum",
    "messages": [
      {"role": "user", "content": "Where does this conversation live?"},
      {"role": "assistant", "content": "In PostgreSQL: it outlives the process that wrote it."}
    ]
  }');
end;
$$;
