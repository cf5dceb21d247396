//! Short spellings of operations on the table `t`.

use trueup_schema::ops::{
    AddColumn, AddConstraint, AlterColumn, Constraint, ConstraintKind, DropColumn, DropConstraint, DropIndex,
    RenameColumn, RenameTable,
};
use trueup_schema::{Check, Column, ColumnType, Dialect, ForeignKey, Operation, PrimaryKey, SqlExpr, Unique};

/// Reads statements on `t`; `ALTER TABLE`, `CREATE INDEX` and `CREATE TRIGGER` are enough.
pub(super) fn sql(text: &str) -> Vec<Operation> {
    let read = trueup_sql::read(Dialect::Sqlite, text, &trueup_sql::ReadContext::default());
    assert!(read.statements.iter().all(|statement| !statement.operations.is_empty()), "{text}");
    read.statements.into_iter().flat_map(|statement| statement.operations).collect()
}

pub(super) fn drop_column(column: &str) -> Operation {
    DropColumn { table: "t".into(), column: column.to_owned(), if_exists: false, cascade: true }.into()
}

/// Adds a column; its definition is what stands behind `ADD COLUMN`.
pub(super) fn add_column(definition: &str) -> Operation {
    let table = format!("CREATE TABLE x ({definition})");
    let Some(Operation::CreateTable(op)) = sql(&table).into_iter().next() else { panic!("{definition}") };
    let column: Column = op.table.columns[0].clone();
    AddColumn { table: "t".into(), column, if_not_exists: false }.into()
}

pub(super) fn rename(column: &str, new_name: &str) -> Operation {
    RenameColumn { table: "t".into(), column: column.to_owned(), new_name: new_name.to_owned() }.into()
}

pub(super) fn rename_table(new_name: &str) -> Operation {
    RenameTable { table: "t".into(), new_name: new_name.into() }.into()
}

pub(super) fn alter(column: &str) -> AlterColumn {
    AlterColumn::new("t".into(), column)
}

pub(super) fn alter_type(column: &str, new: &str) -> Operation {
    AlterColumn { column_type: Some(ColumnType::parse(Dialect::Sqlite, new)), ..alter(column) }.into()
}

pub(super) fn nullable(column: &str, nullable: bool) -> Operation {
    AlterColumn { nullable: Some(nullable), ..alter(column) }.into()
}

pub(super) fn default(column: &str, default: Option<&str>) -> Operation {
    let default = default.map(|default| SqlExpr::new(Dialect::Sqlite, default));
    AlterColumn { default: Some(default), ..alter(column) }.into()
}

fn names(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|column| (*column).to_owned()).collect()
}

fn add(constraint: Constraint) -> Operation {
    AddConstraint { table: "t".into(), constraint, using_index: None }.into()
}

pub(super) fn unique(name: &str, columns: &[&str]) -> Operation {
    add(Constraint::Unique(Unique::new(Some(name.to_owned()), names(columns))))
}

pub(super) fn check(name: &str, condition: &str) -> Operation {
    add(Constraint::Check(Check::new(Some(name.to_owned()), SqlExpr::new(Dialect::Sqlite, condition))))
}

pub(super) fn primary_key(name: &str, columns: &[&str]) -> Operation {
    add(Constraint::PrimaryKey(PrimaryKey::new(Some(name.to_owned()), names(columns))))
}

pub(super) fn foreign_key(name: &str, columns: &[&str], table: &str, referenced: &[&str]) -> Operation {
    let key = ForeignKey::new(Some(name.to_owned()), names(columns), table.into(), names(referenced));
    add(Constraint::ForeignKey(key))
}

pub(super) fn drop_constraint(name: &str) -> Operation {
    drop_unnamed(Some(name), None, &[])
}

pub(super) fn drop_unnamed(name: Option<&str>, kind: Option<ConstraintKind>, columns: &[&str]) -> Operation {
    let name = name.map(str::to_owned);
    let columns = names(columns);
    DropConstraint { table: "t".into(), name, kind, columns, if_exists: false, cascade: false }.into()
}

pub(super) fn drop_index(name: &str) -> Operation {
    let table = Some("t".into());
    DropIndex { index: name.into(), table, concurrently: false, if_exists: false, cascade: false }.into()
}
