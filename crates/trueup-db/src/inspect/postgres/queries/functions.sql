-- Functions of extensions (e) and of range types (i) are left out here already: PostGIS alone has seven hundred.
SELECT p.oid,
       p.proname::text AS name,
       p.pronamespace AS namespace,
       p.prokind::text AS kind,
       ARRAY(SELECT pg_catalog.format_type(argument.type, NULL)
             FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS argument (type, position)
             ORDER BY argument.position) AS argument_types,
       p.proargtypes::oid[] AS argument_oids,
       CASE WHEN p.prokind <> 'a' THEN pg_catalog.pg_get_functiondef(p.oid) END AS definition,
       pg_catalog.pg_get_function_arguments(p.oid) AS arguments,
       ag.aggtransfn::regproc::text AS transition,
       pg_catalog.format_type(ag.aggtranstype, NULL) AS state_type,
       nullif(ag.aggfinalfn::regproc::text, '-') AS final,
       nullif(ag.aggcombinefn::regproc::text, '-') AS combine,
       ag.agginitval AS initial
FROM pg_catalog.pg_proc p
LEFT JOIN pg_catalog.pg_aggregate ag ON ag.aggfnoid = p.oid
LEFT JOIN pg_catalog.pg_depend d
       ON d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i')
WHERE p.oid >= 16384
  AND p.pronamespace = ANY ($1)
  AND d.objid IS NULL
ORDER BY p.oid
