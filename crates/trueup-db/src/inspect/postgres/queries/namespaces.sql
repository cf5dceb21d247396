-- Temporary and TOAST namespaces are nobody's schema.
SELECT oid, nspname::text AS name
FROM pg_catalog.pg_namespace
WHERE nspname !~ '^pg_(toast|temp)'
ORDER BY oid
