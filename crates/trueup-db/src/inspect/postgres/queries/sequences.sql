-- deptype a: OWNED BY and serial; deptype i: identity.
SELECT s.seqrelid AS oid,
       pg_catalog.format_type(s.seqtypid, NULL) AS data_type,
       s.seqstart AS start,
       s.seqincrement AS increment,
       s.seqmin AS min_value,
       s.seqmax AS max_value,
       s.seqcache AS cache,
       s.seqcycle AS cycle,
       d.refobjid AS owner_relation,
       d.refobjsubid AS owner_column,
       s.seqrelid::regclass::text AS regclass
FROM pg_catalog.pg_sequence s
LEFT JOIN pg_catalog.pg_depend d
       ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = s.seqrelid AND d.objsubid = 0
      AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
WHERE s.seqrelid >= 16384
ORDER BY s.seqrelid
