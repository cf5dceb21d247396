SELECT inhrelid AS child, inhparent AS parent
FROM pg_catalog.pg_inherits
ORDER BY inhrelid, inhseqno
