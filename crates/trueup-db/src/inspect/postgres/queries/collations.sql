-- ICU brings about a thousand; only those that an index or partition key uses are read.
SELECT oid, collname::text AS name
FROM pg_catalog.pg_collation
WHERE oid IN (SELECT unnest(indcollation::oid[]) FROM pg_catalog.pg_index WHERE indexrelid >= 16384)
   OR oid IN (SELECT unnest(partcollation::oid[]) FROM pg_catalog.pg_partitioned_table)
