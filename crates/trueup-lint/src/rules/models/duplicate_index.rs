//! `duplicate-index`: two indexes that mean the same.

use trueup_schema::{ObjectKind, ObjectRef, Severity, Table};

use crate::context::ModelsContext;
use crate::indexes::{Carrier, Kind, carriers};
use crate::words::columns;
use crate::{Cause, Check, Group, Report, Rule};

/// Key of what explains other findings on an index: it goes in any case.
pub(in crate::rules) const SUPERFLUOUS: &str = "superfluous index";

pub(in crate::rules) static RULE: Rule = Rule {
    name: "duplicate-index",
    group: Group::Models,
    severity: Severity::Warning,
    summary: "Two indexes or unique constraints of a table mean the same",
    enabled: true,
    docs: include_str!("duplicate_index.md"),
    check: Check::Models(check),
};

fn check(context: &ModelsContext<'_>, report: &mut Report) {
    for table in context.schema.tables.values() {
        let carriers = carriers(table);
        // What repeats the primary key is `index-on-primary-key`.
        let judged: Vec<&Carrier<'_>> =
            carriers.iter().filter(|carrier| carrier.kind != Kind::PrimaryKey).collect();
        for (index, superfluous) in judged.iter().enumerate() {
            let kept = judged.iter().enumerate().find(|(other, kept)| {
                *other != index
                    && same(superfluous, kept)
                    && keeps_first(kept, *other, superfluous, index, table)
            });
            if let Some((_, kept)) = kept {
                let name = superfluous.name.unwrap_or_default();
                let explains = vec![Cause::Once(SUPERFLUOUS, format!("{}.{name}", table.name))];
                report.push_cause(finding(table, superfluous, kept), explains);
            }
        }
    }
}

/// Tells whether two mean the same but for uniqueness.
fn same(left: &Carrier<'_>, right: &Carrier<'_>) -> bool {
    let nulls =
        !(left.is_unique() && right.is_unique()) || left.nulls_not_distinct == right.nulls_not_distinct;
    left.same_parts(right)
        && left.same_predicate(right)
        && left.included_in(right)
        && right.included_in(left)
        && nulls
}

/// Decides which of two stays: constraints before unique indexes before others, then the name by convention, then order.
fn keeps_first(
    kept: &Carrier<'_>,
    kept_at: usize,
    other: &Carrier<'_>,
    other_at: usize,
    table: &Table,
) -> bool {
    let conventional = |carrier: &Carrier<'_>| {
        let name = format!("ix_{}_{}", table.name.name, carrier.part_texts().join("_"));
        carrier.name != Some(name.as_str())
    };
    (!kept.valid, kept.kind, conventional(kept), kept_at)
        < (!other.valid, other.kind, conventional(other), other_at)
}

fn finding(table: &Table, superfluous: &Carrier<'_>, kept: &Carrier<'_>) -> trueup_schema::Diagnostic {
    let why = match (kept.kind, superfluous.kind) {
        (Kind::Constraint, Kind::Index | Kind::UniqueIndex) => {
            "the constraint carries the uniqueness and the index"
        }
        (Kind::UniqueIndex, Kind::Index) => {
            "the unique index serves every lookup and is needed for the uniqueness"
        }
        _ => "every write keeps both up to date",
    };
    let kind = if superfluous.kind == Kind::Constraint { ObjectKind::Unique } else { ObjectKind::Index };
    let mut name = superfluous.words();
    if let Some(first) = name.get_mut(0..1) {
        first.make_ascii_lowercase();
    }
    RULE.finding(format!(
        "{name} of `{}` {} duplicates {}: drop it, {why}",
        table.name,
        columns(&superfluous.part_texts()),
        kept.words()
    ))
    .at(superfluous.origin.location().or_else(|| table.origin.location()))
    .about(ObjectRef::of_table(kind, superfluous.name.unwrap_or_default(), table.name.to_string()))
    .evidence("keep", kept.name.unwrap_or_default())
    .evidence("drop", superfluous.name.unwrap_or_default())
    .related(kept.origin.location(), format!("{} stays", kept.words()))
    .help(match superfluous.name {
        Some(name) if kind == ObjectKind::Index => {
            format!("op.drop_index(\"{name}\", \"{}\")", table.name.name)
        }
        Some(name) => format!("op.drop_constraint(\"{name}\", \"{}\")", table.name.name),
        None => "remove one of them".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use trueup_schema::{Diagnostic, Index, IndexPart, Unique};

    use super::RULE;
    use crate::testing::{models_findings, schema, table};

    fn found(indexes: Vec<Index>, uniques: Vec<Unique>) -> Vec<Diagnostic> {
        let mut users = table("users", &["id", "a", "b"]);
        users.indexes = indexes;
        users.uniques = uniques;
        models_findings(&RULE, &schema(vec![users]))
    }

    fn unique(name: &str, columns: &[&str]) -> Index {
        Index { unique: true, ..Index::new(name, columns) }
    }

    #[test]
    fn the_unique_one_stays() {
        let found = found(vec![Index::new("idx_a", &["a"]), unique("ix_users_a", &["a"])], vec![]);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "index `idx_a` of `users` (a) duplicates unique index `ix_users_a`: drop it, the unique index serves every \
             lookup and is needed for the uniqueness"
        );
    }

    #[test]
    fn the_constraint_stays() {
        let constraint = Unique::new(Some("uq".to_owned()), vec!["a".to_owned()]);
        let found = found(vec![unique("ix_users_a", &["a"])], vec![constraint]);
        assert!(
            found[0]
                .message
                .starts_with("unique index `ix_users_a` of `users` (a) duplicates unique constraint `uq`")
        );
    }

    #[test]
    fn descending_is_the_same_read_backwards() {
        let mut descending = Index::new("d", &["b"]);
        descending.parts[0].descending = true;
        assert_eq!(found(vec![Index::new("i", &["b"]), descending], vec![]).len(), 1);
    }

    #[test]
    fn other_operator_classes_orders_and_stored_columns_are_not() {
        let mut pattern = Index::new("p", &["a"]);
        pattern.parts[0].operator_class = Some("text_pattern_ops".to_owned());
        let mut stored = Index::new("s", &["a"]);
        stored.include = vec!["b".to_owned()];
        assert!(found(vec![pattern, stored], vec![]).is_empty());
        assert!(found(vec![Index::new("ab", &["a", "b"]), Index::new("ba", &["b", "a"])], vec![]).is_empty());
        let mixed = Index {
            parts: vec![IndexPart::column("a"), IndexPart { descending: true, ..IndexPart::column("b") }],
            ..Index::new("m", &[])
        };
        assert!(found(vec![Index::new("ab", &["a", "b"]), mixed], vec![]).is_empty());
    }
}
