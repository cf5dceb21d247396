SELECT p.oid,
       p.polrelid AS relation,
       p.polname::text AS name,
       p.polcmd::text AS command,
       p.polpermissive AS permissive,
       ARRAY(SELECT CASE WHEN role = 0 THEN 'public' ELSE pg_catalog.pg_get_userbyid(role)::text END
             FROM unnest(p.polroles) AS role) AS roles,
       pg_catalog.pg_get_expr(p.polqual, p.polrelid) AS condition,
       pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) AS with_check
FROM pg_catalog.pg_policy p
ORDER BY p.oid
