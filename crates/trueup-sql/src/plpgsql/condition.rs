//! The conditions by which exception handlers know a refusal (PostgreSQL 17 Appendix A, class 42).

use trueup_schema::{ApplyError, ObjectKind, Operation};

/// Names of a condition, as a handler can write it.
pub(super) type Conditions = &'static [&'static str];

const DUPLICATE_OBJECT: Conditions = &["duplicate_object", "42710"];
const UNDEFINED_OBJECT: Conditions = &["undefined_object", "42704"];

/// Returns the names of the condition that a refused operation raises; `others` is for the caller.
pub(super) fn failure_conditions(operation: &Operation, error: &ApplyError) -> Conditions {
    match error {
        ApplyError::Exists { kind, .. } => exists(*kind),
        ApplyError::Missing { kind, .. } => missing(*kind),
        ApplyError::Needed { .. } => &["dependent_objects_still_exist", "2BP01"],
        ApplyError::Invalid(_) => match operation {
            Operation::DropConstraint(_) | Operation::RenameConstraint(_) => UNDEFINED_OBJECT,
            // The only thing wrong with a key of known columns is that there is another one.
            Operation::AddConstraint(_) => &["invalid_table_definition", "42P16"],
            _ => &[],
        },
        ApplyError::Dialect { .. } | ApplyError::NotModelled { .. } => &[],
    }
}

fn exists(kind: ObjectKind) -> Conditions {
    match kind {
        ObjectKind::Table
        | ObjectKind::View
        | ObjectKind::MaterializedView
        | ObjectKind::Sequence
        | ObjectKind::Index => &["duplicate_table", "42P07"],
        // The name can be taken in the sense of its index or of the constraint.
        ObjectKind::PrimaryKey | ObjectKind::Unique | ObjectKind::Exclude => {
            &["duplicate_table", "duplicate_object", "42P07", "42710"]
        }
        ObjectKind::Column => &["duplicate_column", "42701"],
        ObjectKind::Namespace => &["duplicate_schema", "42P06"],
        ObjectKind::Function => &["duplicate_function", "42723"],
        _ => DUPLICATE_OBJECT,
    }
}

fn missing(kind: ObjectKind) -> Conditions {
    match kind {
        ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::Sequence => {
            &["undefined_table", "42P01"]
        }
        // `DROP INDEX` and `ALTER INDEX` disagree on what a missing index is.
        ObjectKind::Index => &["undefined_object", "undefined_table", "42704", "42P01"],
        ObjectKind::Column => &["undefined_column", "42703"],
        ObjectKind::Namespace => &["invalid_schema_name", "3F000"],
        ObjectKind::Function => &["undefined_function", "42883"],
        _ => UNDEFINED_OBJECT,
    }
}
