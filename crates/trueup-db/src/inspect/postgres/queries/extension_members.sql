SELECT classid AS class, objid AS object
FROM pg_catalog.pg_depend
WHERE deptype = 'e'
