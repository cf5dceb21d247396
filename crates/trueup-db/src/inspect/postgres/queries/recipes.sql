-- How objects of kinds that the model does not know are made and taken away. Names are spelled as the search path asks.
-- Columns: class, object, kind, relation that it goes with, statements, parts that change one by one (name and type).
SELECT 'pg_catalog.pg_statistic_ext'::regclass::oid AS class,
       s.oid AS object,
       'statistics' AS kind,
       s.stxrelid AS relation,
       ARRAY[pg_catalog.pg_get_statisticsobjdef(s.oid)] AS creates,
       ARRAY['DROP STATISTICS ' || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(s.stxname)] AS drops,
       '{}'::text[] AS parts
FROM pg_catalog.pg_statistic_ext s
JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
UNION ALL
SELECT 'pg_catalog.pg_rewrite'::regclass::oid, r.oid, 'rule', r.ev_class,
       pg_catalog.rtrim(pg_catalog.pg_get_ruledef(r.oid), ';')
           || CASE r.ev_enabled
                  WHEN 'D' THEN ARRAY[pg_catalog.format('ALTER TABLE %s DISABLE RULE %I', r.ev_class::regclass, r.rulename)]
                  WHEN 'A' THEN ARRAY[pg_catalog.format('ALTER TABLE %s ENABLE ALWAYS RULE %I', r.ev_class::regclass, r.rulename)]
                  WHEN 'R' THEN ARRAY[pg_catalog.format('ALTER TABLE %s ENABLE REPLICA RULE %I', r.ev_class::regclass, r.rulename)]
                  ELSE '{}'::text[]
              END,
       ARRAY[pg_catalog.format('DROP RULE %I ON %s', r.rulename, r.ev_class::regclass)],
       '{}'
FROM pg_catalog.pg_rewrite r
WHERE r.oid >= 16384 AND r.rulename <> '_RETURN'
UNION ALL
SELECT 'pg_catalog.pg_collation'::regclass::oid, c.oid, 'collation', 0::oid,
       ARRAY[pg_catalog.format('CREATE COLLATION %I.%I (provider = %s, %s%s)', n.nspname, c.collname,
           CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
           CASE
               WHEN c.collprovider <> 'c' THEN pg_catalog.format('locale = %L', coalesce(pg_catalog.to_jsonb(c) ->> 'colllocale', pg_catalog.to_jsonb(c) ->> 'colliculocale', c.collcollate::text))
               WHEN c.collcollate = c.collctype THEN pg_catalog.format('locale = %L', c.collcollate)
               ELSE pg_catalog.format('lc_collate = %L, lc_ctype = %L', c.collcollate, c.collctype)
           END,
           CASE WHEN c.collisdeterministic THEN '' ELSE ', deterministic = false' END)],
       ARRAY[pg_catalog.format('DROP COLLATION %I.%I', n.nspname, c.collname)],
       '{}'
FROM pg_catalog.pg_collation c
JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
WHERE c.oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_event_trigger'::regclass::oid, e.oid, 'event trigger', 0::oid,
       pg_catalog.format('CREATE EVENT TRIGGER %I ON %s%s EXECUTE FUNCTION %s()', e.evtname, e.evtevent,
           (SELECT ' WHEN TAG IN (' || pg_catalog.string_agg(pg_catalog.quote_literal(tag), ', ') || ')' FROM pg_catalog.unnest(e.evttags) tag),
           e.evtfoid::regproc)
           || CASE e.evtenabled
                  WHEN 'D' THEN ARRAY[pg_catalog.format('ALTER EVENT TRIGGER %I DISABLE', e.evtname)]
                  WHEN 'A' THEN ARRAY[pg_catalog.format('ALTER EVENT TRIGGER %I ENABLE ALWAYS', e.evtname)]
                  WHEN 'R' THEN ARRAY[pg_catalog.format('ALTER EVENT TRIGGER %I ENABLE REPLICA', e.evtname)]
                  ELSE '{}'::text[]
              END,
       ARRAY[pg_catalog.format('DROP EVENT TRIGGER %I', e.evtname)],
       '{}'
FROM pg_catalog.pg_event_trigger e
UNION ALL
SELECT 'pg_catalog.pg_publication'::regclass::oid, p.oid, 'publication', 0::oid,
       pg_catalog.format('CREATE PUBLICATION %I%s WITH (publish = %L, publish_via_partition_root = %s)', p.pubname,
           CASE WHEN p.puballtables THEN ' FOR ALL TABLES' ELSE '' END,
           pg_catalog.array_to_string(ARRAY[
               CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
               CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END], ', '),
           CASE WHEN p.pubviaroot THEN 'true' ELSE 'false' END)
           || ARRAY(SELECT pg_catalog.format('ALTER PUBLICATION %I ADD TABLE ONLY %s%s%s', p.pubname, r.prrelid::regclass,
                        /*15*/(SELECT ' (' || pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum) || ')'
                         FROM pg_catalog.pg_attribute a WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs))/*else*/''/*end*/,
                        /*15*/' WHERE ' || pg_catalog.pg_get_expr(r.prqual, r.prrelid)/*else*/''/*end*/)
                    FROM pg_catalog.pg_publication_rel r WHERE r.prpubid = p.oid ORDER BY r.prrelid::regclass::text)
           || /*15*/ARRAY(SELECT pg_catalog.format('ALTER PUBLICATION %I ADD TABLES IN SCHEMA %I', p.pubname, n.nspname)
                    FROM pg_catalog.pg_publication_namespace r JOIN pg_catalog.pg_namespace n ON n.oid = r.pnnspid
                    WHERE r.pnpubid = p.oid ORDER BY n.nspname)/*else*/'{}'::text[]/*end*/,
       ARRAY[pg_catalog.format('DROP PUBLICATION %I', p.pubname)],
       '{}'
FROM pg_catalog.pg_publication p
UNION ALL
SELECT 'pg_catalog.pg_foreign_data_wrapper'::regclass::oid, w.oid, 'foreign data wrapper', 0::oid,
       ARRAY[pg_catalog.format('CREATE FOREIGN DATA WRAPPER %I', w.fdwname)
           || CASE WHEN w.fdwhandler = 0 THEN '' ELSE ' HANDLER ' || w.fdwhandler::regproc::text END
           || CASE WHEN w.fdwvalidator = 0 THEN '' ELSE ' VALIDATOR ' || w.fdwvalidator::regproc::text END
           || coalesce((SELECT ' OPTIONS (' || pg_catalog.string_agg(pg_catalog.format('%I %L', option_name, option_value), ', ') || ')'
                        FROM pg_catalog.pg_options_to_table(w.fdwoptions)), '')],
       ARRAY[pg_catalog.format('DROP FOREIGN DATA WRAPPER %I', w.fdwname)],
       '{}'
FROM pg_catalog.pg_foreign_data_wrapper w
WHERE w.oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_foreign_server'::regclass::oid, s.oid, 'server', 0::oid,
       ARRAY[pg_catalog.format('CREATE SERVER %I', s.srvname)
           || coalesce(' TYPE ' || pg_catalog.quote_literal(s.srvtype), '')
           || coalesce(' VERSION ' || pg_catalog.quote_literal(s.srvversion), '')
           || pg_catalog.format(' FOREIGN DATA WRAPPER %I', w.fdwname)
           || coalesce((SELECT ' OPTIONS (' || pg_catalog.string_agg(pg_catalog.format('%I %L', option_name, option_value), ', ') || ')'
                        FROM pg_catalog.pg_options_to_table(s.srvoptions)), '')],
       ARRAY[pg_catalog.format('DROP SERVER %I', s.srvname)],
       '{}'
FROM pg_catalog.pg_foreign_server s
JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw
WHERE s.oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_user_mapping'::regclass::oid, u.umid, 'user mapping', 0::oid,
       ARRAY[pg_catalog.format('CREATE USER MAPPING FOR %s SERVER %I', CASE u.umuser WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(u.usename) END, u.srvname)
           || coalesce((SELECT ' OPTIONS (' || pg_catalog.string_agg(pg_catalog.format('%I %L', option_name, option_value), ', ') || ')'
                        FROM pg_catalog.pg_options_to_table(u.umoptions)), '')],
       ARRAY[pg_catalog.format('DROP USER MAPPING FOR %s SERVER %I', CASE u.umuser WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(u.usename) END, u.srvname)],
       '{}'
FROM pg_catalog.pg_user_mappings u
UNION ALL
SELECT 'pg_catalog.pg_class'::regclass::oid, c.oid, 'foreign table', c.oid,
       pg_catalog.format('CREATE FOREIGN TABLE %s (%s) SERVER %I%s', c.oid::regclass,
           (SELECT pg_catalog.string_agg(
                pg_catalog.format('%I %s', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod))
                || coalesce((SELECT ' OPTIONS (' || pg_catalog.string_agg(pg_catalog.format('%I %L', option_name, option_value), ', ') || ')'
                             FROM pg_catalog.pg_options_to_table(a.attfdwoptions)), '')
                || coalesce(' DEFAULT ' || pg_catalog.pg_get_expr(d.adbin, d.adrelid), '')
                || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END, ', ' ORDER BY a.attnum)
            FROM pg_catalog.pg_attribute a
            LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
           s.srvname,
           (SELECT ' OPTIONS (' || pg_catalog.string_agg(pg_catalog.format('%I %L', option_name, option_value), ', ') || ')'
            FROM pg_catalog.pg_options_to_table(f.ftoptions)))
           || ARRAY(SELECT pg_catalog.format('ALTER FOREIGN TABLE %s ADD CONSTRAINT %I %s', c.oid::regclass, k.conname, pg_catalog.pg_get_constraintdef(k.oid))
                    FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c' ORDER BY k.conname),
       ARRAY[pg_catalog.format('DROP FOREIGN TABLE %s', c.oid::regclass)],
       '{}'
FROM pg_catalog.pg_foreign_table f
JOIN pg_catalog.pg_class c ON c.oid = f.ftrelid
JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver
UNION ALL
SELECT 'pg_catalog.pg_class'::regclass::oid, c.oid, 'composite type', 0::oid,
       ARRAY[pg_catalog.format('CREATE TYPE %s AS (%s)', c.oid::regclass, (
           SELECT pg_catalog.string_agg(pg_catalog.format('%I %s', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum)
           FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))],
       ARRAY[pg_catalog.format('DROP TYPE %s', c.oid::regclass)],
       ARRAY(SELECT pair.part FROM pg_catalog.pg_attribute a
             CROSS JOIN LATERAL pg_catalog.unnest(ARRAY[pg_catalog.quote_ident(a.attname), pg_catalog.format_type(a.atttypid, a.atttypmod)])
                 WITH ORDINALITY AS pair (part, at)
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum, pair.at)
FROM pg_catalog.pg_class c
WHERE c.relkind = 'c' AND c.oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_type'::regclass::oid, t.oid, 'range type', 0::oid,
       ARRAY[pg_catalog.format('CREATE TYPE %s AS RANGE (subtype = %s%s%s%s)', pg_catalog.format_type(t.oid, NULL),
           pg_catalog.format_type(r.rngsubtype, NULL),
           CASE WHEN o.opcdefault THEN '' ELSE pg_catalog.format(', subtype_opclass = %I', o.opcname) END,
           CASE WHEN r.rngcollation IN (0, b.typcollation) THEN '' ELSE ', collation = ' || r.rngcollation::regcollation::text END,
           CASE WHEN r.rngsubdiff = 0 THEN '' ELSE ', subtype_diff = ' || r.rngsubdiff::regproc::text END)],
       ARRAY['DROP TYPE ' || pg_catalog.format_type(t.oid, NULL)],
       '{}'
FROM pg_catalog.pg_range r
JOIN pg_catalog.pg_type t ON t.oid = r.rngtypid
JOIN pg_catalog.pg_type b ON b.oid = r.rngsubtype
JOIN pg_catalog.pg_opclass o ON o.oid = r.rngsubopc
WHERE t.oid >= 16384
UNION ALL
SELECT 'pg_catalog.pg_class'::regclass::oid, c.oid, 'replica identity', c.oid,
       ARRAY[pg_catalog.format('ALTER TABLE ONLY %s REPLICA IDENTITY %s', c.oid::regclass, CASE c.relreplident
           WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING'
           ELSE (SELECT pg_catalog.format('USING INDEX %I', x.relname) FROM pg_catalog.pg_index i
                 JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid AND i.indisreplident) END)],
       ARRAY[pg_catalog.format('ALTER TABLE ONLY %s REPLICA IDENTITY DEFAULT', c.oid::regclass)],
       '{}'
FROM pg_catalog.pg_class c
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p') AND c.relreplident <> 'd'
UNION ALL
SELECT 'pg_catalog.pg_class'::regclass::oid, c.oid, 'view options', c.oid,
       ARRAY[pg_catalog.format('ALTER %s %s SET (%s)', CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'MATERIALIZED VIEW' END, c.oid::regclass,
           pg_catalog.array_to_string(c.reloptions, ', '))],
       ARRAY[pg_catalog.format('ALTER %s %s RESET (%s)', CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'MATERIALIZED VIEW' END, c.oid::regclass,
           (SELECT pg_catalog.string_agg(pg_catalog.split_part(option, '=', 1), ', ') FROM pg_catalog.unnest(c.reloptions) option))],
       '{}'
FROM pg_catalog.pg_class c
WHERE c.oid >= 16384 AND c.relkind IN ('v', 'm') AND c.reloptions IS NOT NULL
UNION ALL
SELECT 'pg_catalog.pg_trigger'::regclass::oid, t.oid, 'trigger firing mode', t.tgrelid,
       ARRAY[pg_catalog.format('ALTER TABLE %s ENABLE %s TRIGGER %I', t.tgrelid::regclass, CASE t.tgenabled WHEN 'A' THEN 'ALWAYS' ELSE 'REPLICA' END, t.tgname)],
       ARRAY[pg_catalog.format('ALTER TABLE %s ENABLE TRIGGER %I', t.tgrelid::regclass, t.tgname)],
       '{}'
FROM pg_catalog.pg_trigger t
WHERE t.tgenabled IN ('A', 'R') AND NOT t.tgisinternal
UNION ALL
-- The storage that a column has beside its type's.
SELECT 'pg_catalog.pg_class'::regclass::oid, c.oid, 'column storage', c.oid,
       pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s ALTER COLUMN %I SET STORAGE %s', c.oid::regclass, a.attname,
           CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END) ORDER BY a.attnum),
       pg_catalog.array_agg(pg_catalog.format('ALTER TABLE ONLY %s ALTER COLUMN %I SET STORAGE %s', c.oid::regclass, a.attname,
           CASE t.typstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END) ORDER BY a.attnum),
       '{}'
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid AND t.typstorage <> a.attstorage
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p')
GROUP BY c.oid
UNION ALL
SELECT 'pg_catalog.pg_default_acl'::regclass::oid, d.oid, 'default privileges', 0::oid,
       ARRAY(SELECT s.prefix || pg_catalog.format(' REVOKE %s ON %s FROM %s', x.privilege_type, s.objects, CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END)
             FROM pg_catalog.aclexplode(s.base) x WHERE d.defaclnamespace = 0 AND NOT EXISTS (SELECT FROM pg_catalog.aclexplode(d.defaclacl) y
                 WHERE (y.grantee, y.privilege_type) = (x.grantee, x.privilege_type)) ORDER BY 1)
           || ARRAY(SELECT s.prefix || pg_catalog.format(' GRANT %s ON %s TO %s', x.privilege_type, s.objects, CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END)
                        || CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
             FROM pg_catalog.aclexplode(d.defaclacl) x WHERE NOT EXISTS (SELECT FROM pg_catalog.aclexplode(s.base) y
                 WHERE d.defaclnamespace = 0 AND (y.grantee, y.privilege_type, y.is_grantable) = (x.grantee, x.privilege_type, x.is_grantable)) ORDER BY 1),
       ARRAY(SELECT s.prefix || pg_catalog.format(' REVOKE %s ON %s FROM %s', x.privilege_type, s.objects, CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END)
             FROM pg_catalog.aclexplode(d.defaclacl) x WHERE NOT EXISTS (SELECT FROM pg_catalog.aclexplode(s.base) y
                 WHERE d.defaclnamespace = 0 AND (y.grantee, y.privilege_type, y.is_grantable) = (x.grantee, x.privilege_type, x.is_grantable)) ORDER BY 1)
           || ARRAY(SELECT s.prefix || pg_catalog.format(' GRANT %s ON %s TO %s', x.privilege_type, s.objects, CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END)
             FROM pg_catalog.aclexplode(s.base) x WHERE d.defaclnamespace = 0 AND NOT EXISTS (SELECT FROM pg_catalog.aclexplode(d.defaclacl) y
                 WHERE (y.grantee, y.privilege_type) = (x.grantee, x.privilege_type)) ORDER BY 1),
       '{}'
FROM pg_catalog.pg_default_acl d
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
CROSS JOIN LATERAL (SELECT
    pg_catalog.format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s', pg_catalog.pg_get_userbyid(d.defaclrole), coalesce(' IN SCHEMA ' || pg_catalog.quote_ident(n.nspname), '')) AS prefix,
    CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' WHEN 'L' THEN 'LARGE OBJECTS' ELSE 'SCHEMAS' END AS objects,
    -- In a namespace the list adds to the global one; without one it takes the place of the built-in one.
    pg_catalog.acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's' WHEN 'L' THEN 'L' ELSE d.defaclobjtype END, d.defaclrole) AS base) s
