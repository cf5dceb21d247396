//! Steps as one text: in transactions, but for statements that must run outside of one.

use std::fmt::Write as _;

use super::Comparison;
use super::plan::Statement;

/// Returns the statements of a comparison as one text.
///
/// What switches foreign keys off and on around rebuilds is written once, around everything.
pub(super) fn text(comparison: &Comparison) -> String {
    let mut out = format!("-- from {}\n-- to {}\n\n", comparison.from, comparison.to);
    let statements: Vec<&Statement> = comparison.steps.iter().flat_map(|step| &step.statements).collect();
    let is_pragma = |statement: &&&Statement| {
        statement.outside_transaction && statement.sql.starts_with("PRAGMA foreign_keys")
    };
    let first = statements.iter().find(is_pragma);
    let last = statements.iter().rev().find(is_pragma);
    for statement in first.into_iter().take(usize::from(last != first)) {
        let _ = write!(out, "-- outside of a transaction, else without effect\n{};\n\n", statement.sql);
    }
    let mut is_open = false;
    for statement in statements.iter().filter(|statement| !is_pragma(statement)) {
        if statement.outside_transaction == is_open {
            out.push_str(if is_open { "COMMIT;\n\n" } else { "BEGIN;\n\n" });
            is_open = !is_open;
        }
        if statement.outside_transaction {
            out.push_str("-- outside of a transaction\n");
        }
        let _ = write!(out, "{};\n\n", statement.sql.trim_end().trim_end_matches(';'));
    }
    if is_open {
        out.push_str("COMMIT;\n");
    }
    if let Some(statement) = last.filter(|_| last != first) {
        let _ = write!(out, "\n{};\n", statement.sql);
    }
    out
}
