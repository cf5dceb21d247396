SELECT current_setting('server_version_num')::int4 AS version_number,
       current_setting('server_version') AS version,
       coalesce(current_schema()::text, 'public') AS default_namespace
