-- The columns of an index are read only where they carry options of an operator class.
SELECT a.attrelid AS relation,
       a.attnum AS number,
       a.attname::text AS name,
       a.atttypid AS type_oid,
       pg_catalog.format_type(a.atttypid, a.atttypmod) AS type_text,
       a.attnotnull AS not_null,
       a.attidentity::text AS identity,
       a.attgenerated::text AS generated,
       pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS default_text,
       a.attcollation AS collation_oid,
       co.collname::text AS collation,
       coalesce(a.attoptions, '{}') AS options,
       coalesce(a.attacl::text[], '{}') AS privileges
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef d ON a.atthasdef AND d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation AND a.attcollation <> t.typcollation
WHERE a.attrelid >= 16384
  AND a.attnum > 0
  AND NOT a.attisdropped
  AND (c.relkind IN ('r', 'p', 'v', 'm', 'f') OR a.attoptions IS NOT NULL)
  AND (c.relnamespace = ANY ($1)
       OR c.oid IN (SELECT confrelid FROM pg_catalog.pg_constraint WHERE contype = 'f' AND connamespace = ANY ($1)))
ORDER BY a.attrelid, a.attnum
