-- What the Data API knows of the database: the functions and tables of the exposed schema, and the settings
-- of the roles that it may become. Run with an empty search_path, so that types are named with their schema.
select json_build_object(
  'routines', (
    select coalesce(json_agg(json_build_object(
      'name', p.proname,
      'parameters', coalesce(inputs.list, '[]'),
      'returnsSet', p.proretset,
      'returnsVoid', p.prorettype = 'void'::regtype,
      -- OUT parameters and the columns of RETURNS TABLE make a row, even if there is only one.
      'returnsRow', result.typtype = 'c' or coalesce(p.proargmodes::text[] && '{b,o,t}', false),
      'returnsBytes', result.oid = 'bytea'::regtype,
      'returnsText', result.oid = 'text'::regtype,
      'mediaType', case when declared.typtype = 'd' and declared.typname like '%/%' then declared.typname end,
      'isVolatile', p.provolatile = 'v',
      'statementTimeout', (
        select split_part(item, '=', 2) from unnest(p.proconfig) item
        where item like 'statement\_timeout=%'
      )
    ) order by p.proname, p.oid), '[]')
    from pg_proc p
    join pg_type declared on declared.oid = p.prorettype
    join pg_type result on result.oid = coalesce(nullif(declared.typbasetype, 0), declared.oid)
    left join lateral (
      select
        json_agg(json_build_object(
          'name', coalesce(input.name, ''),
          'type', input.type::regtype,
          -- A column of type character without a length would cut its value.
          'anyLength', case input.type::regtype::text
            when 'bit' then 'bit varying'
            when 'bit[]' then 'bit varying[]'
            when 'character' then 'character varying'
            when 'character[]' then 'character varying[]'
            else input.type::regtype::text
          end,
          'isRequired', input.place <= p.pronargs - p.pronargdefaults,
          'isVariadic', input.mode = 'v'
        ) order by input.place) as list,
        count(*) filter (where coalesce(input.name, '') = '') as unnamed,
        count(*) as total,
        min(input.type) as only_type
      from (
        select name, type, coalesce(mode, 'i') as mode, row_number() over (order by ordinality) as place
        from unnest(p.proargnames, coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargmodes)
          with ordinality argument (name, type, mode)
        where coalesce(mode, 'i') in ('i', 'b', 'v')
      ) input
    ) inputs on true
    where p.pronamespace = 'public'::regnamespace
      and p.prokind = 'f'
      and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
      -- By name, or with the body as the only argument.
      and (inputs.unnamed = 0 or (inputs.total = 1 and inputs.only_type in
        ('json'::regtype, 'jsonb'::regtype, 'text'::regtype, 'xml'::regtype, 'bytea'::regtype)))
  ),
  'tables', (
    select coalesce(json_agg(relname order by relname), '[]') from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
      and not relispartition
  ),
  'roleSettings', (
    select coalesce(json_object_agg(rolname, settings), '{}') from (
      select r.rolname,
        json_agg(json_build_array(known.name, substr(item, strpos(item, '=') + 1))) as settings
      from pg_auth_members m
      join pg_roles r on r.oid = m.roleid
      cross join unnest(r.rolconfig) item
      join pg_settings known on known.name = split_part(item, '=', 1)
      where m.member = current_user::regrole
        and known.name <> 'default_transaction_isolation'
        and (known.context = 'user' or has_parameter_privilege(known.name, 'set'))
      group by r.rolname
    ) role
  )
) as schema
