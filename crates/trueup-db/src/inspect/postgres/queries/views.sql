SELECT c.oid, coalesce(pg_catalog.pg_get_viewdef(c.oid, true), '') AS query
FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_depend d
       ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
WHERE c.oid >= 16384
  AND c.relkind IN ('v', 'm')
  AND c.relnamespace = ANY ($1)
  AND d.objid IS NULL
