SELECT p.partrelid AS relation,
       p.partstrat::text AS strategy,
       p.partattrs::int2[] AS columns,
       p.partclass::oid[] AS operator_classes,
       p.partcollation::oid[] AS collations,
       coalesce(pg_catalog.pg_get_partkeydef(p.partrelid), '') AS definition
FROM pg_catalog.pg_partitioned_table p
JOIN pg_catalog.pg_class c ON c.oid = p.partrelid
WHERE c.relnamespace = ANY ($1)
