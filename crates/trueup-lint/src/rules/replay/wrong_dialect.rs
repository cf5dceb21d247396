//! `wrong-dialect`: SQL or types of another database.

use trueup_schema::{Column, Dialect, ObjectKind, ObjectRef, Operation, Severity};

use crate::context::OperationContext;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "wrong-dialect",
    group: Group::Replay,
    severity: Severity::Error,
    summary: "An operation uses SQL or a type that the project's database does not know",
    enabled: true,
    docs: include_str!("wrong_dialect.md"),
    check: Check::Operation(check),
};

/// Words that only MySQL and MariaDB understand.
const MYSQL: &[&str] = &[
    "AUTO_INCREMENT",
    "ENGINE=",
    "ENGINE =",
    "MODIFY COLUMN",
    "CHANGE COLUMN",
    "UNSIGNED",
    "TINYINT(",
    "SHOW TABLES",
];
/// Words that only SQLite understands.
const SQLITE: &[&str] = &["AUTOINCREMENT", "PRAGMA ", "INSERT OR IGNORE", "INSERT OR REPLACE"];
/// Words that SQLite does not understand but PostgreSQL does.
const POSTGRESQL: &[&str] = &[
    "CREATE EXTENSION",
    "CREATE TYPE",
    "ALTER COLUMN",
    "CREATE SEQUENCE",
    " CONCURRENTLY",
    "::",
    "LANGUAGE PLPGSQL",
    "USING GIN",
    "USING GIST",
];
/// Types that SQLAlchemy cannot render for SQLite.
const POSTGRESQL_TYPES: &[&str] = &[
    "JSONB",
    "INET",
    "CIDR",
    "MACADDR",
    "TSVECTOR",
    "HSTORE",
    "INT4RANGE",
    "INT8RANGE",
    "NUMRANGE",
    "TSRANGE",
    "TSTZRANGE",
    "DATERANGE",
];

fn check(context: &OperationContext<'_>, report: &mut Report) {
    let found = match context.operation {
        Operation::Opaque(op) => foreign_sql(&op.sql, context.dialect),
        Operation::RunData(op) => foreign_sql(&op.sql, context.dialect),
        Operation::CreateTable(op) => {
            op.table.columns.iter().find_map(|column| foreign_type(column, context.dialect))
        }
        Operation::AddColumn(op) => foreign_type(&op.column, context.dialect),
        _ => None,
    };
    let Some((what, owner)) = found else { return };
    let finding = RULE
        .finding(format!("{what} is for {owner}, but the database is {}", context.dialect.title()))
        .at(context.location())
        .evidence("dialect", context.dialect.name())
        .help("write it for this database, or ask op.get_bind().dialect.name which one it is");
    report.push(match context.revision.and_then(|revision| revision.id.clone()) {
        Some(id) => finding.about(ObjectRef::new(ObjectKind::Revision, id)),
        None => finding,
    });
}

fn foreign_sql(sql: &str, dialect: Dialect) -> Option<(String, &'static str)> {
    let code = without_text(sql).to_uppercase();
    let uses = |words: &[&'static str]| {
        words.iter().find(|word| code.contains(**word)).map(|word| format!("`{}`", word.trim()))
    };
    if let Some(word) = uses(MYSQL) {
        return Some((word, "MySQL"));
    }
    if dialect.has_extensions() {
        // Backticks quote names in MySQL and are a syntax error in PostgreSQL.
        uses(SQLITE)
            .map(|word| (word, "SQLite"))
            .or_else(|| code.contains('`').then(|| ("quoting names in backticks".to_owned(), "MySQL")))
    } else {
        uses(POSTGRESQL).map(|word| (word, "PostgreSQL"))
    }
}

/// Returns SQL without comments and the insides of quotes, so that data is not taken for code.
fn without_text(sql: &str) -> String {
    let mut code = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let skipped = if rest.starts_with("--") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if first == '\'' || first == '"' {
            rest[1..].find(first).map_or(rest.len(), |end| end + 2)
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        code.push(' ');
        rest = &rest[skipped..];
    }
    code
}

fn foreign_type(column: &Column, dialect: Dialect) -> Option<(String, &'static str)> {
    let name = column.column_type.name.to_uppercase();
    let foreign =
        !dialect.enforces_types() && (column.column_type.array || POSTGRESQL_TYPES.contains(&name.as_str()));
    foreign.then(|| (format!("the type {} of `{}`", column.column_type, column.name), "PostgreSQL"))
}

#[cfg(test)]
mod tests {
    use trueup_schema::Operation;
    use trueup_schema::ops::{Opaque, RunData};

    use super::RULE;
    use crate::testing::{operation_findings, schema};

    fn opaque(sql: &str) -> Operation {
        Opaque { sql: sql.to_owned(), reason: "syntax error".to_owned() }.into()
    }

    #[test]
    fn mysql_on_postgresql() {
        let found =
            operation_findings(&RULE, &[opaque("ALTER TABLE `t` MODIFY COLUMN a INT")], &schema(vec![]));
        assert_eq!(found[0].message, "`MODIFY COLUMN` is for MySQL, but the database is PostgreSQL");
    }

    #[test]
    fn words_in_data_are_no_code() {
        let data = RunData { sql: "INSERT INTO notes VALUES ('AUTO_INCREMENT `x`') -- ENGINE=".to_owned() };
        assert!(operation_findings(&RULE, &[data.into()], &schema(vec![])).is_empty());
    }
}
