-- All user types of all namespaces, because a column may use a type from anywhere.
SELECT t.oid,
       t.typname::text AS name,
       t.typnamespace AS namespace,
       t.typtype::text AS kind,
       CASE WHEN t.typtype = 'b' AND t.typlen = -1 THEN t.typelem ELSE 0 END AS element,
       t.typnotnull AS not_null,
       t.typdefault AS default_text,
       t.typbasetype AS base_oid,
       pg_catalog.format_type(t.typbasetype, t.typtypmod) AS base_text,
       co.collname::text AS collation
FROM pg_catalog.pg_type t
LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_catalog.pg_collation co
       ON t.typtype = 'd' AND co.oid = t.typcollation AND t.typcollation <> b.typcollation
WHERE t.oid >= 16384
ORDER BY t.oid
