-- Kinds of object that the model does not know; tables, types and the like that it half knows are told apart later.
SELECT 'pg_catalog.pg_statistic_ext'::regclass::oid AS class, oid AS object, 'statistics' AS kind, stxname::text AS name, stxnamespace AS namespace
FROM pg_catalog.pg_statistic_ext
UNION ALL
SELECT 'pg_catalog.pg_rewrite'::regclass, r.oid, 'rule', r.rulename::text || ' on ' || c.relname::text, c.relnamespace
FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
WHERE r.oid >= 16384 AND r.rulename <> '_RETURN'
UNION ALL
SELECT 'pg_catalog.pg_opfamily'::regclass, oid, 'operator family', opfname::text, opfnamespace
FROM pg_catalog.pg_opfamily WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_opclass'::regclass, oid, 'operator class', opcname::text, opcnamespace
FROM pg_catalog.pg_opclass WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_operator'::regclass, oid, 'operator', oid::regoperator::text, oprnamespace
FROM pg_catalog.pg_operator WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_collation'::regclass, oid, 'collation', collname::text, collnamespace
FROM pg_catalog.pg_collation WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_conversion'::regclass, oid, 'conversion', conname::text, connamespace
FROM pg_catalog.pg_conversion WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_ts_config'::regclass, oid, 'text search configuration', cfgname::text, cfgnamespace
FROM pg_catalog.pg_ts_config WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_ts_dict'::regclass, oid, 'text search dictionary', dictname::text, dictnamespace
FROM pg_catalog.pg_ts_dict WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_ts_parser'::regclass, oid, 'text search parser', prsname::text, prsnamespace
FROM pg_catalog.pg_ts_parser WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_ts_template'::regclass, oid, 'text search template', tmplname::text, tmplnamespace
FROM pg_catalog.pg_ts_template WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_cast'::regclass, oid, 'cast', pg_catalog.format_type(castsource, NULL) || ' to ' || pg_catalog.format_type(casttarget, NULL), 0
FROM pg_catalog.pg_cast WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_transform'::regclass, oid, 'transform', pg_catalog.format_type(trftype, NULL), 0
FROM pg_catalog.pg_transform WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_event_trigger'::regclass, oid, 'event trigger', evtname::text, 0
FROM pg_catalog.pg_event_trigger
UNION ALL
SELECT 'pg_catalog.pg_publication'::regclass, oid, 'publication', pubname::text, 0
FROM pg_catalog.pg_publication
UNION ALL
SELECT 'pg_catalog.pg_subscription'::regclass, 0, 'subscription', subname::text, 0
FROM pg_catalog.pg_subscription
WHERE subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
UNION ALL
SELECT 'pg_catalog.pg_foreign_data_wrapper'::regclass, oid, 'foreign data wrapper', fdwname::text, 0
FROM pg_catalog.pg_foreign_data_wrapper WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_foreign_server'::regclass, oid, 'foreign server', srvname::text, 0
FROM pg_catalog.pg_foreign_server WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_language'::regclass, oid, 'language', lanname::text, 0
FROM pg_catalog.pg_language WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_am'::regclass, oid, 'access method', amname::text, 0
FROM pg_catalog.pg_am WHERE oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_default_acl'::regclass, oid, 'default privileges', pg_catalog.pg_get_userbyid(defaclrole)::text, defaclnamespace
FROM pg_catalog.pg_default_acl
