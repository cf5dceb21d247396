-- `cid` is −2 for an expression; rows with key = 0 are what SQLite appends to find the row.
SELECT t.name, i.name, i."unique", i.origin, i.partial, k.cid, k.name, k."desc", k.coll
FROM pragma_table_list AS t, pragma_index_list(t.name) AS i, pragma_index_xinfo(i.name) AS k
WHERE t.schema = 'main' AND t.type = 'table' AND k.key = 1
ORDER BY t.name, i.seq, k.seqno
