-- Casts that a range type brings along are as little anybody's own as what an extension brings.
SELECT classid AS class, objid AS object
FROM pg_catalog.pg_depend
WHERE deptype = 'e'
   OR (deptype = 'i' AND classid = 'pg_catalog.pg_cast'::regclass)
