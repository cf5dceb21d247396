//! Tables and everything that belongs to one: columns, constraints, indexes.
//!
//! Plain values with public fields, no back-pointers; the order of columns is kept. On PostgreSQL constraints always
//! carry a name, because the server invents one where the user gave none; on SQLite unnamed ones stay unnamed.

use std::collections::BTreeMap;

use crate::{ColumnType, Grant, Inline, ObjectName, Origin, Policy, SqlExpr, Trigger};

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Name, with namespace.
    pub name: ObjectName,
    /// Columns in their order.
    pub columns: Vec<Column>,
    /// Primary key, if there is one.
    pub primary_key: Option<PrimaryKey>,
    /// Foreign keys in order of creation.
    pub foreign_keys: Vec<ForeignKey>,
    /// Unique constraints (unique indexes are in `indexes`).
    pub uniques: Vec<Unique>,
    /// CHECK constraints.
    pub checks: Vec<Check>,
    /// EXCLUDE constraints.
    pub excludes: Vec<Exclude>,
    /// Indexes that no constraint owns.
    pub indexes: Vec<Index>,
    /// Triggers.
    pub triggers: Vec<Trigger>,
    /// Row security policies.
    pub policies: Vec<Policy>,
    /// Row security: `ENABLE ROW LEVEL SECURITY`.
    pub row_security: bool,
    /// Row security for the owner too: `FORCE ROW LEVEL SECURITY`.
    pub force_row_security: bool,
    /// Comment.
    pub comment: Option<String>,
    /// `PARTITION BY …`, for a partitioned table.
    pub partitioning: Option<Partitioning>,
    /// Parent and bound (`FOR VALUES …` or `DEFAULT`), for a partition.
    pub partition_of: Option<(ObjectName, String)>,
    /// Parents by plain inheritance.
    pub inherits: Vec<ObjectName>,
    /// `UNLOGGED`.
    pub unlogged: bool,
    /// Storage parameters, `WITH (fillfactor = 70)`.
    pub storage: BTreeMap<String, String>,
    /// SQLite `STRICT`.
    pub strict: bool,
    /// SQLite `WITHOUT ROWID`.
    pub without_rowid: bool,
    /// SQLite `CREATE VIRTUAL TABLE … USING <module>(…)`: the module and its arguments.
    pub virtual_module: Option<String>,
    /// Privileges granted on the table beyond the owner's.
    pub grants: Vec<Grant>,
    /// Where it was declared.
    pub origin: Origin,
}

impl Table {
    /// Returns an empty table.
    pub fn new(name: ObjectName) -> Self {
        Self {
            name,
            columns: Vec::new(),
            primary_key: None,
            foreign_keys: Vec::new(),
            uniques: Vec::new(),
            checks: Vec::new(),
            excludes: Vec::new(),
            indexes: Vec::new(),
            triggers: Vec::new(),
            policies: Vec::new(),
            row_security: false,
            force_row_security: false,
            comment: None,
            partitioning: None,
            partition_of: None,
            inherits: Vec::new(),
            unlogged: false,
            storage: BTreeMap::new(),
            strict: false,
            without_rowid: false,
            virtual_module: None,
            grants: Vec::new(),
            origin: Origin::none(),
        }
    }

    /// Returns the column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Returns the column of that name for changing.
    pub fn column_mut(&mut self, name: &str) -> Option<&mut Column> {
        self.columns.iter_mut().find(|column| column.name == name)
    }

    /// Returns the index of that name.
    pub fn index(&self, name: &str) -> Option<&Index> {
        self.indexes.iter().find(|index| index.name == name)
    }

    /// Returns the names of all constraints that have one.
    pub fn constraint_names(&self) -> impl Iterator<Item = &str> {
        let key = self.primary_key.iter().map(|constraint| &constraint.name);
        let foreign_keys = self.foreign_keys.iter().map(|constraint| &constraint.name);
        let uniques = self.uniques.iter().map(|constraint| &constraint.name);
        let checks = self.checks.iter().map(|constraint| &constraint.name);
        let excludes = self.excludes.iter().map(|constraint| &constraint.name);
        key.chain(foreign_keys).chain(uniques).chain(checks).chain(excludes).filter_map(Option::as_deref)
    }

    /// Tells whether a constraint of any kind has that name.
    pub fn has_constraint(&self, name: &str) -> bool {
        let named = |candidate: &Option<String>| candidate.as_deref() == Some(name);
        self.primary_key.as_ref().is_some_and(|constraint| named(&constraint.name))
            || self.foreign_keys.iter().any(|constraint| named(&constraint.name))
            || self.uniques.iter().any(|constraint| named(&constraint.name))
            || self.checks.iter().any(|constraint| named(&constraint.name))
            || self.excludes.iter().any(|constraint| named(&constraint.name))
    }
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Name.
    pub name: String,
    /// Type in canonical form, beside the text it was read from.
    pub column_type: ColumnType,
    /// Whether NULL is allowed; `false` for every column of a primary key, on SQLite only when it says NOT NULL.
    pub nullable: bool,
    /// `DEFAULT …`; never set for serial, identity and computed columns.
    pub default: Option<SqlExpr>,
    /// How the server produces the value, if it does.
    pub generated: Option<Generated>,
    /// Collation, if it is not the type's default.
    pub collation: Option<String>,
    /// Comment.
    pub comment: Option<String>,
    /// Where it was declared.
    pub origin: Origin,
}

impl Column {
    /// Returns a nullable column without a default.
    pub fn new(name: impl Into<String>, column_type: ColumnType) -> Self {
        Self {
            name: name.into(),
            column_type,
            nullable: true,
            default: None,
            generated: None,
            collation: None,
            comment: None,
            origin: Origin::none(),
        }
    }
}

/// How the server produces a column's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Generated {
    /// `serial`: an owned sequence and a default that reads it.
    Serial {
        /// The owned sequence, `<table>_<column>_seq` unless renamed.
        sequence: ObjectName,
    },
    /// `GENERATED … AS IDENTITY`.
    Identity(Identity),
    /// `GENERATED ALWAYS AS (…)`.
    Computed(Computed),
}

/// An identity column's options.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// `ALWAYS` rather than `BY DEFAULT`.
    pub always: bool,
    /// Options of the sequence behind it.
    pub sequence: crate::SequenceOptions,
    /// Name of the sequence where it is not the one that the server would give today: a renamed table or column
    /// leaves it as it was.
    pub sequence_name: Option<ObjectName>,
}

/// A computed column's expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Computed {
    /// The expression.
    pub expr: SqlExpr,
    /// `STORED` rather than `VIRTUAL`.
    pub stored: bool,
}

/// `DEFERRABLE` of a constraint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Deferrable {
    /// `NOT DEFERRABLE`, the default.
    #[default]
    No,
    /// `DEFERRABLE INITIALLY IMMEDIATE`.
    Immediate,
    /// `DEFERRABLE INITIALLY DEFERRED`.
    Deferred,
}

/// A primary key.
#[derive(Clone, Debug, PartialEq)]
pub struct PrimaryKey {
    /// Constraint name.
    pub name: Option<String>,
    /// Columns in key order.
    pub columns: Vec<String>,
    /// `INCLUDE` columns.
    pub include: Vec<String>,
    /// Deferrability.
    pub deferrable: Deferrable,
    /// SQLite `AUTOINCREMENT`.
    pub autoincrement: bool,
    /// Comment.
    pub comment: Option<String>,
    /// Where it was declared.
    pub origin: Origin,
}

impl PrimaryKey {
    /// Returns a primary key over columns.
    pub fn new(name: Option<String>, columns: Vec<String>) -> Self {
        Self {
            name,
            columns,
            include: Vec::new(),
            deferrable: Deferrable::No,
            autoincrement: false,
            comment: None,
            origin: Origin::none(),
        }
    }
}

/// A unique constraint.
#[derive(Clone, Debug, PartialEq)]
pub struct Unique {
    /// Constraint name.
    pub name: Option<String>,
    /// Columns in key order.
    pub columns: Vec<String>,
    /// `INCLUDE` columns.
    pub include: Vec<String>,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// Deferrability.
    pub deferrable: Deferrable,
    /// Comment.
    pub comment: Option<String>,
    /// Where it was declared.
    pub origin: Origin,
}

impl Unique {
    /// Returns a unique constraint over columns.
    pub fn new(name: Option<String>, columns: Vec<String>) -> Self {
        Self {
            name,
            columns,
            include: Vec::new(),
            nulls_not_distinct: false,
            deferrable: Deferrable::No,
            comment: None,
            origin: Origin::none(),
        }
    }
}

/// What happens to referencing rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum ReferentialAction {
    /// `NO ACTION`, the default.
    #[default]
    NoAction,
    /// `RESTRICT`.
    Restrict,
    /// `CASCADE`.
    Cascade,
    /// `SET NULL`, with the columns of `SET NULL (a, b)` if given.
    SetNull(Vec<String>),
    /// `SET DEFAULT`, with the columns if given.
    SetDefault(Vec<String>),
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq)]
pub struct ForeignKey {
    /// Constraint name.
    pub name: Option<String>,
    /// Referencing columns.
    pub columns: Vec<String>,
    /// Referenced table.
    pub referenced_table: ObjectName,
    /// Referenced columns; empty means the primary key of the referenced table.
    pub referenced_columns: Vec<String>,
    /// `ON DELETE`.
    pub on_delete: ReferentialAction,
    /// `ON UPDATE`.
    pub on_update: ReferentialAction,
    /// `MATCH FULL`.
    pub match_full: bool,
    /// Deferrability.
    pub deferrable: Deferrable,
    /// `NOT VALID`: existing rows were not checked.
    pub not_valid: bool,
    /// Comment.
    pub comment: Option<String>,
    /// Whether it is written with its column.
    pub inline: Inline,
    /// Where it was declared.
    pub origin: Origin,
}

impl ForeignKey {
    /// Returns a foreign key with default options.
    pub fn new(
        name: Option<String>,
        columns: Vec<String>,
        referenced_table: ObjectName,
        referenced_columns: Vec<String>,
    ) -> Self {
        Self {
            name,
            columns,
            referenced_table,
            referenced_columns,
            on_delete: ReferentialAction::NoAction,
            on_update: ReferentialAction::NoAction,
            match_full: false,
            deferrable: Deferrable::No,
            not_valid: false,
            comment: None,
            inline: Inline(false),
            origin: Origin::none(),
        }
    }
}

/// A CHECK constraint.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Constraint name.
    pub name: Option<String>,
    /// The condition.
    pub expr: SqlExpr,
    /// `NO INHERIT`.
    pub no_inherit: bool,
    /// `NOT VALID`.
    pub not_valid: bool,
    /// Comment.
    pub comment: Option<String>,
    /// Whether it is written with its column.
    pub inline: Inline,
    /// Where it was declared.
    pub origin: Origin,
}

impl Check {
    /// Returns a CHECK constraint.
    pub fn new(name: Option<String>, expr: SqlExpr) -> Self {
        Self {
            name,
            expr,
            no_inherit: false,
            not_valid: false,
            comment: None,
            inline: Inline(false),
            origin: Origin::none(),
        }
    }
}

/// An EXCLUDE constraint.
#[derive(Clone, Debug, PartialEq)]
pub struct Exclude {
    /// Constraint name.
    pub name: Option<String>,
    /// Access method, `gist` by default.
    pub method: String,
    /// Elements in order.
    pub elements: Vec<ExcludeElement>,
    /// `WHERE (…)`.
    pub predicate: Option<SqlExpr>,
    /// Deferrability.
    pub deferrable: Deferrable,
    /// Where it was declared.
    pub origin: Origin,
}

/// One element of an EXCLUDE constraint.
#[derive(Clone, Debug, PartialEq)]
pub struct ExcludeElement {
    /// Column or expression with its options.
    pub part: IndexPart,
    /// Operator, such as `&&`.
    pub operator: String,
}

/// An index that no constraint owns.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    /// Name; it lives in the namespace of its table.
    pub name: String,
    /// `UNIQUE`.
    pub unique: bool,
    /// Access method, `btree` by default.
    pub method: String,
    /// Key parts in order.
    pub parts: Vec<IndexPart>,
    /// `INCLUDE` columns.
    pub include: Vec<String>,
    /// `WHERE …` of a partial index.
    pub predicate: Option<SqlExpr>,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// Storage parameters, `WITH (fillfactor = 70)`.
    pub storage: BTreeMap<String, String>,
    /// False when the server left it unusable after a failed `CREATE INDEX CONCURRENTLY`.
    pub valid: bool,
    /// Comment.
    pub comment: Option<String>,
    /// Where it was declared.
    pub origin: Origin,
}

impl Index {
    /// Returns a plain btree index over columns.
    pub fn new(name: impl Into<String>, columns: &[&str]) -> Self {
        Self {
            name: name.into(),
            unique: false,
            method: "btree".to_owned(),
            parts: columns.iter().map(|column| IndexPart::column(*column)).collect(),
            include: Vec::new(),
            predicate: None,
            nulls_not_distinct: false,
            storage: BTreeMap::new(),
            valid: true,
            comment: None,
            origin: Origin::none(),
        }
    }
}

/// One key part of an index.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexPart {
    /// What is indexed.
    pub key: IndexKey,
    /// Operator class, if it is not the default of type and method.
    pub operator_class: Option<String>,
    /// Collation, if it is not the column's.
    pub collation: Option<String>,
    /// `DESC`.
    pub descending: bool,
    /// Where NULLs sort; the default depends on the direction and is stored as `None`.
    pub nulls: Option<NullsOrder>,
}

impl IndexPart {
    /// Returns a part that indexes a column ascending.
    pub fn column(name: impl Into<String>) -> Self {
        Self::of(IndexKey::Column(name.into()))
    }

    /// Returns a part that indexes an expression ascending.
    pub fn expression(expr: SqlExpr) -> Self {
        Self::of(IndexKey::Expression(expr))
    }

    fn of(key: IndexKey) -> Self {
        Self { key, operator_class: None, collation: None, descending: false, nulls: None }
    }
}

/// What one part of an index indexes.
#[derive(Clone, Debug, PartialEq)]
pub enum IndexKey {
    /// A column by name.
    Column(String),
    /// An expression.
    Expression(SqlExpr),
}

/// Position of NULLs that differs from the default (last when ascending, first when descending).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NullsOrder {
    /// `NULLS FIRST`.
    First,
    /// `NULLS LAST`.
    Last,
}

/// `PARTITION BY` of a partitioned table.
#[derive(Clone, Debug, PartialEq)]
pub struct Partitioning {
    /// `range`, `list` or `hash`.
    pub strategy: String,
    /// Key parts.
    pub parts: Vec<IndexPart>,
}
