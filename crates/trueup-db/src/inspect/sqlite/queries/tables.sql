-- `type` is table, view, virtual or shadow; a shadow table belongs to a virtual table's module.
SELECT name, type, wr, strict
FROM pragma_table_list
WHERE schema = 'main'
