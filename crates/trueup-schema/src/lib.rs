//! The schema model and everything computed from it alone.
//!
//! Whatever can describe a schema (models, revisions, SQL folders, databases) becomes a [`Schema`]; whatever
//! changes one becomes an [`Operation`]; whatever we tell anyone is a [`Diagnostic`]. This crate is pure: no file,
//! clock, environment, network or output; text comes in, values go out.
//!
//! ```
//! use trueup_schema::{Column, ColumnType, Dialect, ObjectName, Operation, Schema, Table, ops::CreateTable};
//!
//! let mut schema = Schema::new(Dialect::Postgresql);
//! let mut users = Table::new(ObjectName::new("users"));
//! users.columns.push(Column::new("email", ColumnType::parse(Dialect::Postgresql, "varchar(320)")));
//! Operation::from(CreateTable { table: users, if_not_exists: false }).apply(&mut schema).unwrap();
//! assert_eq!(schema.table(&ObjectName::new("users")).unwrap().columns[0].column_type.to_string(), "character varying(320)");
//! ```

#![deny(clippy::disallowed_methods)]

pub mod diagnostic;
pub mod dialect;
pub mod diff;
pub mod expr;
pub mod facts;
pub mod name;
pub mod naming;
pub mod object;
pub mod ops;
pub mod origin;
pub mod revision;
pub mod schema;
pub mod shared;
pub mod snapshot;
pub mod table;
pub mod types;

pub use diagnostic::{Diagnostic, Edit, Evidence, Fix, Location, ObjectKind, ObjectRef, Severity};
pub use dialect::Dialect;
pub use diff::diff;
pub use expr::SqlExpr;
pub use name::ObjectName;
pub use object::{
    Domain, EnumType, Extension, Function, Grant, Policy, Recipe, Sequence, SequenceOptions, Trigger,
    Unmodelled, View,
};
pub use ops::{ApplyError, Operation};
pub use origin::{Inline, Origin, Span};
pub use schema::Schema;
pub use shared::Shared;
pub use table::{
    Check, Column, Computed, Deferrable, Exclude, ExcludeElement, ForeignKey, Generated, Identity, Index,
    IndexKey, IndexPart, NullsOrder, Partitioning, PrimaryKey, ReferentialAction, Table, Unique,
};
pub use types::{ColumnType, TypeKind};
