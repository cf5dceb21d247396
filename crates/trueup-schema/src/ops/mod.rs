//! Operations: everything that can change a schema, one file each.
//!
//! The same values come out of a difference, of an Alembic revision and of SQL text, so rules, plans and the replay
//! know only these.

use crate::{Check, Dialect, Exclude, ForeignKey, ObjectName, PrimaryKey, Schema, Unique};

pub(crate) mod columns;
mod constraints;
mod error;
mod follow;
pub(crate) mod identifiers;
pub(crate) mod lookup;
mod partition_bound;
pub(crate) mod references;
pub(crate) mod render;
pub use error::ApplyError;

/// What every operation can do.
pub trait Op: Sized {
    /// Name of the operation, which is also the name of its file and of its page.
    const NAME: &'static str;

    /// Changes a schema as a server would, or tells why a server would refuse.
    ///
    /// # Errors
    /// The first reason for which a server would refuse; the schema is then unchanged.
    fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError>;

    /// Returns the statements that carry the operation out, without a semicolon; empty where the dialect has none
    /// (SQLite then needs a rebuild of the table).
    fn to_sql(&self, dialect: Dialect) -> Vec<String>;

    /// Returns the operations that undo this one, given the schema before it; `None` when nothing can.
    fn reverse(&self, before: &Schema) -> Option<Vec<Operation>>
    where
        Self: Clone + Into<Operation>,
    {
        let mut after = before.clone();
        self.apply(&mut after).ok()?;
        Some(crate::diff(&after, before))
    }
}

/// Writes the modules, the enum and its dispatch from one sorted list, so that nothing can be forgotten.
macro_rules! operations {
    ($($module:ident :: $name:ident),* $(,)?) => {
        $(pub(crate) mod $module; pub use $module::$name;)*

        /// One change to a schema.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Operation {
            $(#[doc = concat!("See [`", stringify!($name), "`].")] $name($name),)*
        }

        $(impl From<$name> for Operation {
            fn from(op: $name) -> Self {
                Self::$name(op)
            }
        })*

        impl Operation {
            /// Names of all operations, sorted.
            pub const NAMES: &'static [&'static str] = &[$($name::NAME,)*];

            /// Returns the name of the operation, such as `add_column`.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => $name::NAME,)* }
            }

            /// Changes a schema as a server would.
            ///
            /// # Errors
            /// The first reason for which a server would refuse; the schema is then unchanged.
            pub fn apply(&self, schema: &mut Schema) -> Result<(), ApplyError> {
                match self { $(Self::$name(op) => op.apply(schema),)* }
            }

            /// Returns the statements that carry the operation out, without a semicolon; empty when it is not
            /// [supported](Operation::supported).
            pub fn to_sql(&self, dialect: Dialect) -> Vec<String> {
                match self { $(Self::$name(op) => op.to_sql(dialect),)* }
            }

            /// Returns the operations that undo this one, given the schema before it; `None` when nothing can.
            pub fn reverse(&self, before: &Schema) -> Option<Vec<Operation>> {
                match self { $(Self::$name(op) => op.reverse(before),)* }
            }
        }
    };
}

// Sorted; `cargo xtask new op` adds to it.
operations! {
    add_column::AddColumn,
    add_constraint::AddConstraint,
    add_enum_label::AddEnumLabel,
    alter_column::AlterColumn,
    alter_domain::AlterDomain,
    alter_policy::AlterPolicy,
    alter_sequence::AlterSequence,
    alter_table::AlterTable,
    create_domain::CreateDomain,
    create_enum::CreateEnum,
    create_extension::CreateExtension,
    create_function::CreateFunction,
    create_index::CreateIndex,
    create_namespace::CreateNamespace,
    create_policy::CreatePolicy,
    create_sequence::CreateSequence,
    create_table::CreateTable,
    create_trigger::CreateTrigger,
    create_unmodelled::CreateUnmodelled,
    create_view::CreateView,
    drop_column::DropColumn,
    drop_constraint::DropConstraint,
    drop_extension::DropExtension,
    drop_function::DropFunction,
    drop_index::DropIndex,
    drop_namespace::DropNamespace,
    drop_policy::DropPolicy,
    drop_sequence::DropSequence,
    drop_table::DropTable,
    drop_trigger::DropTrigger,
    drop_type::DropType,
    drop_unmodelled::DropUnmodelled,
    drop_view::DropView,
    enable_trigger::EnableTrigger,
    grant::GrantPrivilege,
    opaque::Opaque,
    rename_column::RenameColumn,
    rename_constraint::RenameConstraint,
    rename_enum_label::RenameEnumLabel,
    rename_index::RenameIndex,
    rename_sequence::RenameSequence,
    rename_table::RenameTable,
    rename_type::RenameType,
    rename_view::RenameView,
    revoke::RevokePrivilege,
    run_data::RunData,
    set_comment::SetComment,
    validate_constraint::ValidateConstraint,
}

impl Operation {
    /// Tells whether the dialect has statements for the operation; SQLite rebuilds the table where it has none.
    pub fn supported(&self, dialect: Dialect) -> bool {
        !self.to_sql(dialect).is_empty()
    }

    /// Returns the statements for a database that decides itself whether it takes them: those of
    /// [`to_sql`](Self::to_sql), and where SQLite adds a column to a table without rows only, the statement all the same.
    pub fn to_sent_sql(&self, dialect: Dialect) -> Vec<String> {
        match self {
            Self::AddColumn(add) => add.statements(dialect),
            other => other.to_sql(dialect),
        }
    }
}

/// A constraint of any kind.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the variants are the field's words")]
pub enum Constraint {
    PrimaryKey(PrimaryKey),
    ForeignKey(ForeignKey),
    Unique(Unique),
    Check(Check),
    Exclude(Exclude),
}

/// The kinds of constraint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the variants are the field's words")]
pub enum ConstraintKind {
    PrimaryKey,
    ForeignKey,
    Unique,
    Check,
    Exclude,
}

/// Where a new enum label goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelPosition {
    /// `BEFORE 'label'`.
    Before(String),
    /// `AFTER 'label'`.
    After(String),
}

/// A change to a table as a whole.
#[derive(Clone, Debug, PartialEq)]
pub enum TableChange {
    /// `COMMENT ON TABLE`.
    Comment(Option<String>),
    /// `ENABLE`/`DISABLE ROW LEVEL SECURITY`.
    RowSecurity(bool),
    /// `FORCE`/`NO FORCE ROW LEVEL SECURITY`.
    ForceRowSecurity(bool),
    /// `SET LOGGED`/`SET UNLOGGED`.
    Unlogged(bool),
    /// `SET (…)`/`RESET (…)`; `None` resets.
    Storage(Vec<(String, Option<String>)>),
    /// `ATTACH PARTITION child FOR VALUES …`.
    AttachPartition {
        /// The partition.
        partition: ObjectName,
        /// Its bound.
        bound: String,
    },
    /// `DETACH PARTITION`.
    DetachPartition(ObjectName),
    /// `INHERIT`/`NO INHERIT`.
    Inherit {
        /// The parent.
        parent: ObjectName,
        /// Whether it is added rather than removed.
        add: bool,
    },
    /// SQLite `STRICT` (through a rebuild).
    Strict(bool),
    /// SQLite `WITHOUT ROWID` (through a rebuild).
    WithoutRowid(bool),
}
