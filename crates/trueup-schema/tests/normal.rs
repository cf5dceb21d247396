//! Normal forms against what PostgreSQL 15.18 printed.
//!
//! The `.tsv` files hold, line by line, what was written and what the server printed for it, read back from a table
//! with a column of every type; a line break in the server's text is `⏎`.

mod normal {
    pub(crate) mod definitions;
    pub(crate) mod expressions;
    pub(crate) mod properties;
    pub(crate) mod sqlite;
    pub(crate) mod types;
}
