-- A constraint lives in the namespace of its table or domain. NOT NULL (kind n, since 18) is read from the column.
SELECT con.oid,
       con.conname::text AS name,
       con.contype::text AS kind,
       con.condeferrable AS deferrable,
       con.condeferred AS deferred,
       con.convalidated AS validated,
       con.conrelid AS relation,
       con.contypid AS domain,
       con.conindid AS index,
       con.conparentid AS parent,
       con.confrelid AS referenced,
       con.confupdtype::text AS on_update,
       con.confdeltype::text AS on_delete,
       con.confmatchtype::text AS match,
       con.connoinherit AS no_inherit,
       coalesce(con.conkey, '{}') AS columns,
       coalesce(con.confkey, '{}') AS referenced_columns,
       coalesce(/*15*/con.confdelsetcols/*else*/NULL::int2[]/*end*/, '{}') AS set_columns,
       pg_catalog.pg_get_expr(con.conbin, con.conrelid) AS condition,
       CASE WHEN con.contype = 'x' THEN
           ARRAY(SELECT op.oprname::text
                 FROM unnest(con.conexclop) WITH ORDINALITY AS element (operator, position)
                 JOIN pg_catalog.pg_operator op ON op.oid = element.operator
                 ORDER BY element.position)
       END AS operators,
       /*18*/con.conenforced/*else*/true/*end*/ AS enforced,
       /*18*/con.conperiod/*else*/false/*end*/ AS temporal
FROM pg_catalog.pg_constraint con
WHERE con.connamespace = ANY ($1)
  AND con.contype IN ('p', 'u', 'f', 'c', 'x')
ORDER BY con.oid
