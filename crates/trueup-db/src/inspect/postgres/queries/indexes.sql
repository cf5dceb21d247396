-- pg_get_indexdef with a column number gives the bare key without operator class and order.
-- It is NULL for an index that another session has dropped since the snapshot, as its sisters are elsewhere.
SELECT i.indexrelid AS oid,
       i.indrelid AS relation,
       i.indisunique AS is_unique,
       i.indisvalid AND i.indisready AND i.indislive AS valid,
       i.indnkeyatts AS key_count,
       i.indkey::int2[] AS columns,
       i.indoption::int2[] AS orders,
       i.indcollation::oid[] AS collations,
       i.indclass::oid[] AS operator_classes,
       /*15*/i.indnullsnotdistinct/*else*/false/*end*/ AS nulls_not_distinct,
       pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS predicate,
       CASE WHEN i.indexprs IS NOT NULL THEN
           ARRAY(SELECT coalesce(pg_catalog.pg_get_indexdef(i.indexrelid, part, true), '')
                 FROM generate_series(1, i.indnkeyatts::int4) AS part
                 ORDER BY part)
       END AS key_texts
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
WHERE i.indexrelid >= 16384
  AND c.relnamespace = ANY ($1)
  AND c.relkind IN ('r', 'p', 'm')
ORDER BY i.indexrelid
