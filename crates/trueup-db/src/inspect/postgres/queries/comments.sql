SELECT classoid AS class, objoid AS object, objsubid AS part, description AS text
FROM pg_catalog.pg_description
WHERE objoid >= 16384
