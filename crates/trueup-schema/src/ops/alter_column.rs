//! `alter_column`: changes properties of a column; `None` leaves one alone.

use super::Op;
use crate::{ColumnType, Generated, ObjectName, SqlExpr};

/// Changes properties of a column; `None` leaves one alone.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterColumn {
    /// The table.
    pub table: ObjectName,
    /// The column.
    pub column: String,
    /// New type.
    pub column_type: Option<ColumnType>,
    /// `USING` expression of a type change.
    pub using: Option<SqlExpr>,
    /// `DROP NOT NULL` or `SET NOT NULL`.
    pub nullable: Option<bool>,
    /// `SET DEFAULT` or `DROP DEFAULT`.
    pub default: Option<Option<SqlExpr>>,
    /// New identity, serial or computed rule, or none.
    pub generated: Option<Option<Generated>>,
    /// New collation.
    pub collation: Option<Option<String>>,
    /// New comment.
    pub comment: Option<Option<String>>,
}

impl Op for AlterColumn {
    const NAME: &'static str = "alter_column";
}
