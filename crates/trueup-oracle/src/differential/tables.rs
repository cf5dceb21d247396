//! Tables of generated projects: columns, keys and constraints as revisions and models write them.

use super::state::{Column, Family, State, Table, list, quoted};
use crate::random::Random;

/// A table, and the arguments of the call that makes it.
pub(super) struct NewTable {
    pub(super) table: Table,
    pub(super) arguments: Vec<String>,
}

/// Returns a new table that may refer to the tables there are.
pub(super) fn new_table(state: &mut State, random: &mut Random) -> NewTable {
    let mut table = Table { name: state.name(random, "t"), ..Table::default() };
    let mut arguments = Vec::new();
    key(state, random, &mut table, &mut arguments);
    for _ in 0..random.below(5) {
        let column = state.column(random, false);
        let mut extras = Vec::new();
        let choice = random.below(8);
        if choice < 2 && column.family != Family::Other {
            extras.push(["unique=True", "index=True"][choice].to_owned());
        }
        if random.one_in(8) {
            extras.push(format!("comment={}", quoted("what it's for")));
        }
        arguments.push(column_text(&column, &extras));
        if extras.iter().any(|extra| extra != "comment") && !extras.is_empty() {
            // Something knows of the column that has no name here: nothing else is done with it.
            table.indexes.push((String::new(), vec![column.name.clone()]));
        }
        table.columns.push(column);
    }
    // A batch on SQLite cannot copy such a column, so that histories with it end early.
    if random.one_in(if state.flavor.has_sqlite() { 40 } else { 8 }) {
        let name = state.name(random, "g");
        let text = if random.one_in(2) { "1 + 2" } else { "coalesce(NULL, 'abc')" };
        let type_text = if text.starts_with('1') { "sa.Integer()" } else { "sa.String(10)" };
        arguments.push(format!(
            "sa.Column({}, {type_text}, sa.Computed({}, persisted=True))",
            quoted(&name),
            quoted(text)
        ));
        table.indexes.push((String::new(), vec![name]));
    }
    foreign_keys(state, random, &mut table, &mut arguments);
    if random.one_in(3)
        && let Some(columns) = plain_columns(random, &table, 2)
    {
        let name = state.name(random, "uq");
        arguments.push(unique_text(&name, &columns));
        table.constraints.push(("unique", name, columns));
    }
    if random.one_in(3)
        && let Some(column) = table.columns.iter().find(|column| column.family == Family::Integer).cloned()
    {
        let name = state.name(random, "ck");
        let condition = condition(random, &column.name);
        arguments.push(format!("sa.CheckConstraint({condition}, name={})", quoted(&name)));
        table.constraints.push(("check", name, vec![column.name]));
    }
    NewTable { table, arguments }
}

/// A column as `sa.Column(…)`.
pub(super) fn column_text(column: &Column, extras: &[String]) -> String {
    let mut parts =
        vec![quoted(&column.name), column.type_text.clone(), format!("nullable={}", python(column.nullable))];
    parts.extend(column.default.iter().map(|default| format!("server_default={default}")));
    parts.extend(extras.iter().cloned());
    format!("sa.Column({})", parts.join(", "))
}

pub(super) fn python(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

pub(super) fn unique_text(name: &str, columns: &[String]) -> String {
    let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    format!("sa.UniqueConstraint({}, name={})", columns.join(", "), quoted(name))
}

/// A condition on an integer column, as text or as an expression.
pub(super) fn condition(random: &mut Random, column: &str) -> String {
    let identifier = format!("\\\"{column}\\\"");
    match random.below(5) {
        0 => format!("\"{identifier} > 0\""),
        1 => format!("sa.text(\"{identifier} BETWEEN 1 AND 10\")"),
        2 => format!("sa.column({}) >= 0", quoted(column)),
        3 => format!("sa.column({}).in_([1, 2, 3])", quoted(column)),
        _ => format!("\"{identifier} IS NULL OR {identifier} <> 5\""),
    }
}

/// Columns that a key can be made of, if there are any.
pub(super) fn plain_columns(random: &mut Random, table: &Table, most: usize) -> Option<Vec<String>> {
    let fit = |column: &&Column| column.family != Family::Other;
    let mut names: Vec<String> = table.columns.iter().filter(fit).map(|column| column.name.clone()).collect();
    if names.is_empty() {
        return None;
    }
    while names.len() > 1 + random.below(most) {
        names.remove(random.below(names.len()));
    }
    Some(names)
}

fn key(state: &mut State, random: &mut Random, table: &mut Table, arguments: &mut Vec<String>) {
    let mut column = |name: &str, arguments: &mut Vec<String>, text: String| {
        arguments.push(text);
        table.columns.push(Column {
            name: name.to_owned(),
            type_text: "sa.Integer()".to_owned(),
            family: Family::Integer,
            nullable: false,
            default: None,
            is_key: true,
        });
    };
    match random.below(8) {
        0 => column("id", arguments, "sa.Column(\"id\", sa.Integer(), sa.Identity(always=True), primary_key=True)".into()),
        1 => column("id", arguments, "sa.Column(\"id\", sa.Integer(), sa.Identity(start=10, increment=5), nullable=False, primary_key=True)".into()),
        2 => column("id", arguments, "sa.Column(\"id\", sa.Integer(), autoincrement=False, nullable=False, primary_key=True)".into()),
        3 => {
            column("id", arguments, "sa.Column(\"id\", sa.Integer(), autoincrement=True, nullable=False)".into());
            let name = state.name(random, "pk");
            arguments.push(format!("sa.PrimaryKeyConstraint(\"id\", name={})", quoted(&name)));
        }
        4 => {
            column("id", arguments, "sa.Column(\"id\", sa.Integer(), nullable=False)".into());
            column("part", arguments, "sa.Column(\"part\", sa.Integer(), nullable=False)".into());
            arguments.push("sa.PrimaryKeyConstraint(\"id\", \"part\")".into());
        }
        5 => {
            column("id", arguments, "sa.Column(\"id\", sa.Integer(), nullable=False)".into());
            arguments.push("sa.PrimaryKeyConstraint(\"id\")".into());
        }
        _ => column("id", arguments, "sa.Column(\"id\", sa.Integer(), primary_key=True)".into()),
    }
}

/// Foreign keys to tables whose key is one column.
fn foreign_keys(state: &mut State, random: &mut Random, table: &mut Table, arguments: &mut Vec<String>) {
    let single = |other: &&Table| other.columns.iter().filter(|column| column.is_key).count() == 1;
    let targets: Vec<String> = state.tables.iter().filter(single).map(|other| other.name.clone()).collect();
    if targets.is_empty() || random.one_in(2) {
        return;
    }
    for _ in 0..=random.below(2) {
        let target = random.pick(&targets).clone();
        let column = state.name(random, "ref");
        let action = *random.pick(&[
            "",
            ", ondelete=\"CASCADE\"",
            ", ondelete=\"SET NULL\"",
            ", onupdate=\"CASCADE\"",
        ]);
        let name = state.name(random, "fk");
        let (mut written, mut constraint) =
            (format!("sa.Column({}, sa.Integer(), nullable=True", quoted(&column)), None);
        match random.below(3) {
            0 => written += ", primary_key=False)",
            1 => {
                written += ")";
                let target = quoted(&format!("{target}.id"));
                constraint = Some(format!(
                    "sa.ForeignKeyConstraint([{}], [{target}], name={}{action})",
                    quoted(&column),
                    quoted(&name)
                ));
                table.constraints.push(("foreignkey", name, vec![column.clone()]));
            }
            _ => {
                let target = quoted(&format!("{target}.id"));
                written = format!(
                    "sa.Column({}, sa.Integer(), sa.ForeignKey({target}, name={}{action}), nullable=True)",
                    quoted(&column),
                    quoted(&name)
                );
                table.constraints.push(("foreignkey", name, vec![column.clone()]));
            }
        }
        arguments.push(written);
        arguments.extend(constraint);
        table.columns.push(Column {
            name: column,
            type_text: "sa.Integer()".to_owned(),
            family: Family::Integer,
            nullable: true,
            default: None,
            is_key: false,
        });
    }
}

/// `Index("name", columns…)` for revisions: the arguments after the name.
pub(super) fn index_columns(random: &mut Random, columns: &[String]) -> String {
    match random.below(6) {
        0 => format!("[sa.text(\"(\\\"{}\\\" IS NULL)\")]", columns[0]),
        1 => format!("[sa.text(\"\\\"{}\\\" DESC\")]", columns[0]),
        _ => list(columns),
    }
}
