SELECT oid, opcname::text AS name, opcdefault AS is_default
FROM pg_catalog.pg_opclass
