-- Relations of other namespaces are read too when a foreign key or an inheritance names them.
-- User objects begin at 16384 (PostgreSQL 17, access/transam.h, FirstNormalObjectId).
SELECT c.oid,
       c.relname::text AS name,
       c.relnamespace AS namespace,
       c.relkind::text AS kind,
       c.relpersistence::text AS persistence,
       c.relispartition AS is_partition,
       c.relrowsecurity AS row_security,
       c.relforcerowsecurity AS force_row_security,
       c.relreplident::text AS replica_identity,
       c.reloftype AS of_type,
       coalesce(c.reloptions, '{}') AS storage,
       a.amname::text AS method,
       pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS partition_bound,
       pg_catalog.pg_get_userbyid(c.relowner)::text AS owner,
       coalesce(c.relacl::text[], '{}') AS privileges
FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam
WHERE c.oid >= 16384
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I', 'c')
  AND (c.relnamespace = ANY ($1)
       OR c.oid IN (SELECT confrelid FROM pg_catalog.pg_constraint WHERE contype = 'f' AND connamespace = ANY ($1))
       OR c.oid IN (SELECT inhparent FROM pg_catalog.pg_inherits))
ORDER BY c.oid
