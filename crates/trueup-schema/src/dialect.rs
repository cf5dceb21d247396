//! The database a schema lives in, and what it is capable of.
//!
//! Code elsewhere asks the dialect small questions instead of matching on it, so that a third dialect is one file
//! per layer and not a hunt through the tree.

use std::fmt;

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dialect {
    /// PostgreSQL 13 and later.
    Postgresql,
    /// SQLite 3.35 and later.
    Sqlite,
}

impl Dialect {
    /// Returns the dialect that a name as SQLAlchemy spells it stands for (`postgresql`, `postgres`, `sqlite`).
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "postgresql" | "postgres" => Some(Self::Postgresql),
            "sqlite" => Some(Self::Sqlite),
            _ => None,
        }
    }

    /// Returns SQLAlchemy's name of the dialect, which is also what `op.get_bind().dialect.name` answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgresql => "postgresql",
            Self::Sqlite => "sqlite",
        }
    }

    /// Returns the namespace in which unqualified objects live.
    pub fn default_namespace(self) -> &'static str {
        match self {
            Self::Postgresql => "public",
            Self::Sqlite => "main",
        }
    }

    /// Returns the longest identifier in bytes; longer ones are cut by the server, or by SQLAlchemy before.
    ///
    /// Source: PostgreSQL 17 §4.1.1 "NAMEDATALEN-1 … 63 bytes". SQLite has no limit.
    pub fn max_identifier_bytes(self) -> Option<usize> {
        match self {
            Self::Postgresql => Some(63),
            Self::Sqlite => None,
        }
    }

    /// Tells whether the server itself names constraints that the user left unnamed.
    pub fn names_constraints(self) -> bool {
        self == Self::Postgresql
    }

    /// Tells whether enum types exist as objects of their own.
    pub fn has_enum_types(self) -> bool {
        self == Self::Postgresql
    }

    /// Tells whether tables and columns can carry comments.
    pub fn has_comments(self) -> bool {
        self == Self::Postgresql
    }

    /// Tells whether a statement can carry code, as `DO` does.
    pub fn has_blocks(self) -> bool {
        self == Self::Postgresql
    }

    /// Returns the name as people write it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Postgresql => "PostgreSQL",
            Self::Sqlite => "SQLite",
        }
    }

    /// Tells whether a value must be of its column's declared type and length.
    ///
    /// Source: SQLite "Datatypes In SQLite" §1, a type is only an affinity (STRICT tables know no lengths either).
    pub fn enforces_types(self) -> bool {
        self == Self::Postgresql
    }

    /// Tells whether types, functions and index methods can come with an extension that must be created first.
    pub fn has_extensions(self) -> bool {
        self == Self::Postgresql
    }

    /// Tells whether an error makes the server refuse everything until the transaction or savepoint ends.
    pub fn aborts_transactions(self) -> bool {
        self == Self::Postgresql
    }

    /// Tells whether Alembic takes the dialect for one whose DDL can be rolled back: a whole run is one transaction then.
    ///
    /// SQLite could, but Python's driver commits before DDL (alembic 1.20, `DefaultImpl.transactional_ddl`).
    pub fn transactional_ddl(self) -> bool {
        self == Self::Postgresql
    }

    /// Tells whether it is SQLite.
    pub fn is_sqlite(self) -> bool {
        self == Self::Sqlite
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
