SELECT extname::text AS name, extnamespace AS namespace
FROM pg_catalog.pg_extension
ORDER BY oid
