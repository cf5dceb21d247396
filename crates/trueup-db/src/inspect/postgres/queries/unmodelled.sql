-- Kinds of object that the model does not know, named as the statements that create them name them; relations, types
-- and the like that it half knows are told apart later. A rule's name is completed by its relation's.
SELECT 'pg_catalog.pg_statistic_ext'::regclass::oid AS class,
       oid AS object,
       'statistics' AS kind,
       stxname::text AS name,
       stxnamespace AS namespace,
       '' AS suffix,
       0::oid AS relation
FROM pg_catalog.pg_statistic_ext
UNION ALL
SELECT 'pg_catalog.pg_rewrite'::regclass::oid, oid, 'rule', rulename::text, 0, ' on ', ev_class::oid
FROM pg_catalog.pg_rewrite
WHERE oid >= 16384 AND rulename <> '_RETURN'
UNION ALL
-- CREATE OPERATOR CLASS makes a family of its own name.
SELECT 'pg_catalog.pg_opfamily'::regclass::oid, f.oid, 'operator family', f.opfname::text, f.opfnamespace, ' using ' || a.amname, 0::oid
FROM pg_catalog.pg_opfamily f
JOIN pg_catalog.pg_am a ON a.oid = f.opfmethod
LEFT JOIN pg_catalog.pg_opclass c ON c.opcfamily = f.oid AND c.opcname = f.opfname AND c.opcnamespace = f.opfnamespace
WHERE f.oid >= 16384 AND c.oid IS NULL
UNION ALL
SELECT 'pg_catalog.pg_opclass'::regclass::oid, c.oid, 'operator class', c.opcname::text, c.opcnamespace, ' using ' || a.amname, 0::oid
FROM pg_catalog.pg_opclass c
JOIN pg_catalog.pg_am a ON a.oid = c.opcmethod
WHERE c.oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_operator'::regclass::oid, oid, 'operator', oprname::text, oprnamespace, '', 0::oid
FROM pg_catalog.pg_operator
WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_collation'::regclass::oid, oid, 'collation', collname::text, collnamespace, '', 0::oid
FROM pg_catalog.pg_collation
WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_conversion'::regclass::oid, oid, 'conversion', conname::text, connamespace, '', 0::oid
FROM pg_catalog.pg_conversion
WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_ts_config'::regclass::oid, oid, 'text search configuration', cfgname::text, cfgnamespace, '', 0::oid
FROM pg_catalog.pg_ts_config
WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_ts_dict'::regclass::oid, oid, 'text search dictionary', dictname::text, dictnamespace, '', 0::oid
FROM pg_catalog.pg_ts_dict
WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_ts_parser'::regclass::oid, oid, 'text search parser', prsname::text, prsnamespace, '', 0::oid
FROM pg_catalog.pg_ts_parser
WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_ts_template'::regclass::oid, oid, 'text search template', tmplname::text, tmplnamespace, '', 0::oid
FROM pg_catalog.pg_ts_template
WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_cast'::regclass::oid, oid, 'cast', pg_catalog.format_type(castsource, NULL) || ' AS ' || pg_catalog.format_type(casttarget, NULL), 0, '', 0::oid
FROM pg_catalog.pg_cast
WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_transform'::regclass::oid, t.oid, 'transform', pg_catalog.format_type(t.trftype, NULL) || ' LANGUAGE ' || l.lanname, 0, '', 0::oid
FROM pg_catalog.pg_transform t
JOIN pg_catalog.pg_language l ON l.oid = t.trflang
WHERE t.oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_event_trigger'::regclass::oid, oid, 'event trigger', evtname::text, 0, '', 0::oid
FROM pg_catalog.pg_event_trigger
UNION ALL
SELECT 'pg_catalog.pg_publication'::regclass::oid, oid, 'publication', pubname::text, 0, '', 0::oid
FROM pg_catalog.pg_publication
UNION ALL
SELECT 'pg_catalog.pg_subscription'::regclass::oid, 0, 'subscription', subname::text, 0, '', 0::oid
FROM pg_catalog.pg_subscription
WHERE subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
UNION ALL
SELECT 'pg_catalog.pg_foreign_data_wrapper'::regclass::oid, oid, 'foreign data wrapper', fdwname::text, 0, '', 0::oid
FROM pg_catalog.pg_foreign_data_wrapper
WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_foreign_server'::regclass::oid, oid, 'server', srvname::text, 0, '', 0::oid
FROM pg_catalog.pg_foreign_server
WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_user_mapping'::regclass::oid, umid, 'user mapping', usename::text || ' on ' || srvname::text, 0, '', 0::oid
FROM pg_catalog.pg_user_mappings
UNION ALL
SELECT 'pg_catalog.pg_language'::regclass::oid, oid, 'language', lanname::text, 0, '', 0::oid
FROM pg_catalog.pg_language
WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_am'::regclass::oid, oid, 'access method', amname::text, 0, '', 0::oid
FROM pg_catalog.pg_am
WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_default_acl'::regclass::oid, oid, 'default privileges', pg_catalog.pg_get_userbyid(defaclrole)::text, defaclnamespace,
       CASE defaclobjtype WHEN 'r' THEN ' for tables' WHEN 'S' THEN ' for sequences' WHEN 'f' THEN ' for functions' WHEN 'T' THEN ' for types' WHEN 'L' THEN ' for large objects' ELSE ' for schemas' END, 0::oid
FROM pg_catalog.pg_default_acl
