-- Asking for a virtual table's columns would need its module, which may not be here.
SELECT t.name, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden
FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c
WHERE t.schema = 'main' AND t.type = 'table'
ORDER BY t.name, c.cid
