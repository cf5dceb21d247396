-- Owners, privileges and comments of objects, as far as the model has no place for them, with the statements that set them.
-- The owner of a database's objects is mostly who made them, so only another one than the session's role is told.
WITH objects AS (
    SELECT 'pg_catalog.pg_class'::regclass::oid AS class, c.oid AS object, c.oid AS relation, c.relnamespace AS namespace,
           CASE c.relkind WHEN 'v' THEN 'VIEW ' WHEN 'm' THEN 'MATERIALIZED VIEW ' WHEN 'S' THEN 'SEQUENCE ' WHEN 'f' THEN 'FOREIGN TABLE ' WHEN 'c' THEN 'TYPE ' ELSE 'TABLE ' END AS word,
           CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' WHEN 'c' THEN 'TYPE ' ELSE 'TABLE ' END AS grant_word,
           c.oid::regclass::text AS name, c.relowner AS owner, c.relacl AS acl,
           (CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END)::"char" AS acl_kind,
           c.relkind IN ('r', 'p') AS only_owner
    FROM pg_catalog.pg_class c
    WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 'pg_catalog.pg_proc'::regclass::oid, p.oid, 0, p.pronamespace,
           CASE p.prokind WHEN 'a' THEN 'AGGREGATE ' ELSE 'ROUTINE ' END, CASE p.prokind WHEN 'p' THEN 'PROCEDURE ' ELSE 'FUNCTION ' END,
           CASE WHEN p.prokind = 'a' AND p.pronargs = 0 THEN pg_catalog.replace(p.oid::regprocedure::text, '()', '(*)') ELSE p.oid::regprocedure::text END,
           p.proowner, p.proacl, 'f', false
    FROM pg_catalog.pg_proc p
    WHERE p.oid >= 16384
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('i', 'e'))
    UNION ALL
    SELECT 'pg_catalog.pg_type'::regclass::oid, t.oid, 0, t.typnamespace,
           CASE t.typtype WHEN 'd' THEN 'DOMAIN ' ELSE 'TYPE ' END, 'TYPE ', pg_catalog.format_type(t.oid, NULL), t.typowner, t.typacl, 'T', false
    FROM pg_catalog.pg_type t
    LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
    WHERE t.oid >= 16384 AND (t.typtype IN ('e', 'd', 'r') OR c.relkind = 'c')
    UNION ALL
    SELECT 'pg_catalog.pg_namespace'::regclass::oid, n.oid, 0, n.oid, 'SCHEMA ', 'SCHEMA ', pg_catalog.quote_ident(n.nspname), n.nspowner, n.nspacl, 'n', false
    FROM pg_catalog.pg_namespace n
    WHERE n.oid >= 16384
    UNION ALL
    SELECT 'pg_catalog.pg_foreign_data_wrapper'::regclass::oid, w.oid, 0, 0, 'FOREIGN DATA WRAPPER ', 'FOREIGN DATA WRAPPER ', pg_catalog.quote_ident(w.fdwname), w.fdwowner, w.fdwacl, 'F', false
    FROM pg_catalog.pg_foreign_data_wrapper w
    WHERE w.oid >= 16384
    UNION ALL
    SELECT 'pg_catalog.pg_foreign_server'::regclass::oid, s.oid, 0, 0, 'SERVER ', 'FOREIGN SERVER ', pg_catalog.quote_ident(s.srvname), s.srvowner, s.srvacl, 'S', false
    FROM pg_catalog.pg_foreign_server s
    WHERE s.oid >= 16384
    UNION ALL
    SELECT 'pg_catalog.pg_event_trigger'::regclass::oid, e.oid, 0, 0, 'EVENT TRIGGER ', '', pg_catalog.quote_ident(e.evtname), e.evtowner, NULL, 'n', false
    FROM pg_catalog.pg_event_trigger e
    UNION ALL
    SELECT 'pg_catalog.pg_publication'::regclass::oid, p.oid, 0, 0, 'PUBLICATION ', '', pg_catalog.quote_ident(p.pubname), p.pubowner, NULL, 'n', false
    FROM pg_catalog.pg_publication p
    UNION ALL
    SELECT 'pg_catalog.pg_collation'::regclass::oid, c.oid, 0, c.collnamespace, 'COLLATION ', '', c.oid::regcollation::text, c.collowner, NULL, 'n', false
    FROM pg_catalog.pg_collation c
    WHERE c.oid >= 16384
), grants AS (
    SELECT o.class, o.object, o.relation, o.namespace, o.grant_word, o.name, x.*, 
           CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END AS role
    FROM objects o
    CROSS JOIN LATERAL (
        SELECT y.grantee, y.privilege_type, y.is_grantable, true AS is_given FROM pg_catalog.aclexplode(o.acl) y
        WHERE NOT EXISTS (SELECT FROM pg_catalog.aclexplode(pg_catalog.acldefault(o.acl_kind, o.owner)) z
            WHERE z.grantee = y.grantee AND z.privilege_type = y.privilege_type AND z.is_grantable = y.is_grantable)
        UNION ALL
        SELECT y.grantee, y.privilege_type, false, false FROM pg_catalog.aclexplode(pg_catalog.acldefault(o.acl_kind, o.owner)) y
        WHERE NOT EXISTS (SELECT FROM pg_catalog.aclexplode(o.acl) z WHERE z.grantee = y.grantee AND z.privilege_type = y.privilege_type)
    ) x
    WHERE o.acl IS NOT NULL AND (NOT o.only_owner OR x.grantee = o.owner)
    UNION ALL
    -- Columns of views; those of tables belong to the model.
    SELECT o.class, o.object, o.relation, o.namespace, o.grant_word, o.name, y.grantee, y.privilege_type || pg_catalog.format(' (%I)', a.attname), y.is_grantable, true,
           CASE y.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(y.grantee)) END
    FROM objects o
    JOIN pg_catalog.pg_attribute a ON a.attrelid = o.object AND a.attnum > 0 AND NOT a.attisdropped
    CROSS JOIN LATERAL pg_catalog.aclexplode(a.attacl) y
    WHERE o.class = 'pg_catalog.pg_class'::regclass AND NOT o.only_owner
)
SELECT o.class, o.object, o.namespace, o.relation, 'owner' AS kind, o.word || o.name AS name,
       ARRAY[pg_catalog.format('ALTER %s%s OWNER TO %I', o.word, o.name, pg_catalog.pg_get_userbyid(o.owner))] AS creates,
       ARRAY[pg_catalog.format('ALTER %s%s OWNER TO CURRENT_USER', o.word, o.name)] AS drops
FROM objects o
WHERE pg_catalog.pg_get_userbyid(o.owner) <> current_user
  -- A sequence that a column owns follows its table.
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = o.object AND o.class = d.classid AND d.deptype IN ('a', 'i') AND d.refobjsubid <> 0)
UNION ALL
SELECT g.class, g.object, g.namespace, g.relation, 'privileges', pg_catalog.min(g.grant_word || g.name),
       pg_catalog.array_agg(CASE WHEN g.is_given
           THEN pg_catalog.format('GRANT %s ON %s%s TO %s%s', g.privilege_type, g.grant_word, g.name, g.role, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
           ELSE pg_catalog.format('REVOKE %s ON %s%s FROM %s', g.privilege_type, g.grant_word, g.name, g.role) END ORDER BY g.is_given, g.role, g.privilege_type),
       pg_catalog.array_agg(CASE WHEN g.is_given
           THEN pg_catalog.format('REVOKE %s ON %s%s FROM %s', g.privilege_type, g.grant_word, g.name, g.role)
           ELSE pg_catalog.format('GRANT %s ON %s%s TO %s', g.privilege_type, g.grant_word, g.name, g.role) END ORDER BY g.is_given DESC, g.role, g.privilege_type)
FROM grants g
GROUP BY g.class, g.object, g.namespace, g.relation
UNION ALL
SELECT d.classoid, d.objoid, 0, coalesce(r.ev_class, p.polrelid, CASE WHEN d.classoid = 'pg_catalog.pg_class'::regclass THEN d.objoid END, k.conrelid, 0), 'comment',
       i.type || ' ' || i.identity,
       ARRAY[pg_catalog.format('COMMENT ON %s %s IS %L', w.word, i.identity, d.description)],
       ARRAY[pg_catalog.format('COMMENT ON %s %s IS NULL', w.word, i.identity)]
FROM pg_catalog.pg_description d
CROSS JOIN LATERAL pg_catalog.pg_identify_object(d.classoid, d.objoid, d.objsubid) i
CROSS JOIN LATERAL (SELECT CASE i.type WHEN 'foreign-data wrapper' THEN 'FOREIGN DATA WRAPPER' WHEN 'statistics object' THEN 'STATISTICS'
    WHEN 'view column' THEN 'COLUMN' WHEN 'materialized view column' THEN 'COLUMN' WHEN 'foreign table column' THEN 'COLUMN' WHEN 'composite type column' THEN 'COLUMN'
    WHEN 'table constraint' THEN 'CONSTRAINT' ELSE pg_catalog.upper(i.type) END AS word) w
LEFT JOIN pg_catalog.pg_rewrite r ON d.classoid = 'pg_catalog.pg_rewrite'::regclass AND r.oid = d.objoid
LEFT JOIN pg_catalog.pg_policy p ON d.classoid = 'pg_catalog.pg_policy'::regclass AND p.oid = d.objoid
LEFT JOIN pg_catalog.pg_constraint k ON d.classoid = 'pg_catalog.pg_constraint'::regclass AND k.oid = d.objoid
LEFT JOIN pg_catalog.pg_class c ON d.classoid = 'pg_catalog.pg_class'::regclass AND c.oid = d.objoid
LEFT JOIN pg_catalog.pg_type t ON d.classoid = 'pg_catalog.pg_type'::regclass AND t.oid = d.objoid
WHERE d.objoid >= 16384
  -- What the model has a place for.
  AND d.classoid NOT IN ('pg_catalog.pg_proc'::regclass, 'pg_catalog.pg_trigger'::regclass, 'pg_catalog.pg_extension'::regclass, 'pg_catalog.pg_subscription'::regclass)
  AND (k.oid IS NULL OR k.contype = 'x')
  AND (c.oid IS NULL OR c.relkind IN ('f', 'c') OR (c.relkind IN ('v', 'm') AND d.objsubid > 0))
  AND (t.oid IS NULL OR t.typtype NOT IN ('e', 'd'))
