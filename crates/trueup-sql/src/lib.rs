//! Reads SQL text of PostgreSQL and SQLite into operations.
//!
//! Where it sits: revisions hand over what they would execute, SQL folders hand over whole files; out come the same
//! [`Operation`](trueup_schema::Operation)s that a difference of two schemas is made of. Text comes in, values go
//! out: no file, no connection, and no text can make it panic, recurse without bound or take more than linear time.
//!
//! Two readers look at each statement. The published grammars (`squawk-syntax` for PostgreSQL, `sqlite3-parser` for
//! SQLite) judge whether it is valid and where it is not. The readers of this crate walk the same tokens and take out
//! names, types and the *source text* of expressions, which the normal forms of `trueup-schema` want. A reader must
//! consume every token of a statement: an unknown clause makes the statement opaque, it is never skipped in silence.
//!
//! - [`split`] cuts a text into statements, [`read`] reads them.
//! - `postgres`, `sqlite`: one file per family of statements.
//! - [`rebuild`] goes the other way: it returns the statements that change an SQLite table and lose nothing of it.
//! - `plpgsql`: a small evaluator for `DO` blocks. Their conditions are answered from the simulated schema through
//!   [`catalog`], which also answers plain queries on the system catalogs.
//!
//! ```
//! use trueup_schema::Dialect;
//! use trueup_sql::{ReadContext, read};
//!
//! let result = read(Dialect::Postgresql, "ALTER TABLE t ADD a int, DROP b", &ReadContext::default());
//! let names: Vec<_> = result.statements[0].operations.iter().map(|operation| operation.name()).collect();
//! assert_eq!(names, ["add_column", "drop_column"]);
//! ```

#![deny(clippy::disallowed_methods)]

pub mod catalog;
mod check;
mod cursor;
mod layout;
mod lex;
mod plpgsql;
mod postgres;
mod reader;
mod result;
mod session;
mod split;
mod sqlite;
mod words;

pub use layout::{laid_out, written_name};
pub use reader::{read, read_onto};
pub use result::{Effect, ReadContext, ReadError, ReadResult, StatementEffect, Transaction};
pub use session::Session;
pub use split::{Include, Statement, includes, split};
pub use sqlite::rebuild::{
    ColumnPosition, Expects, Rebuild, RebuildCheck, RebuildInput, RebuildMethod, RebuildStep, Refusal,
    Stored, StoredColumn, rebuild,
};
pub use words::{UsedTable, Word, used_tables, words};
