-- Triggers that a partition has from its parent belong to the parent.
-- The short form names the table without its namespace where the search path finds it.
SELECT t.oid,
       t.tgrelid AS relation,
       t.tgname::text AS name,
       t.tgenabled::text AS enabled,
       coalesce(pg_catalog.pg_get_triggerdef(t.oid, true), '') AS definition
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal
  AND t.tgparentid = 0
  AND c.relnamespace = ANY ($1)
ORDER BY t.oid
