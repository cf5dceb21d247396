//! Reads SQL text of PostgreSQL and SQLite into operations and schemas.
