//! `redundant-index`: an index that is the beginning of another one.

use trueup_schema::{ObjectKind, ObjectRef, Severity};

use super::duplicate_index::SUPERFLUOUS;
use crate::context::ModelsContext;
use crate::indexes::{Carrier, Kind, carriers};
use crate::words::columns;
use crate::{Cause, Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "redundant-index",
    group: Group::Models,
    severity: Severity::Warning,
    summary: "An index is the beginning of another one, which serves the same lookups",
    enabled: true,
    docs: include_str!("redundant_index.md"),
    check: Check::Models(check),
};

fn check(context: &ModelsContext<'_>, report: &mut Report) {
    for table in context.schema.tables.values() {
        let carriers = carriers(table);
        // A unique index is needed for its uniqueness, whatever other indexes there are.
        for index in carriers.iter().filter(|carrier| carrier.kind == Kind::Index) {
            let longer = carriers
                .iter()
                .filter(|other| covers(other, index))
                .min_by_key(|other| (other.parts.len(), other.include.len()));
            let Some(longer) = longer else { continue };
            let name = index.name.unwrap_or_default();
            let finding = RULE
                .finding(format!(
                    "index `{name}` of `{}` {} is the beginning of {} {}: drop it if its smaller size is not needed",
                    table.name,
                    columns(&index.part_texts()),
                    longer.words(),
                    columns(&longer.part_texts())
                ))
                .at(index.origin.location().or_else(|| table.origin.location()))
                .about(ObjectRef::of_table(ObjectKind::Index, name, table.name.to_string()))
                .evidence("covered_by", longer.name.unwrap_or_default())
                .related(longer.origin.location(), format!("{} covers it", longer.words()))
                .help(format!("op.drop_index(\"{name}\", \"{}\")", table.name.name));
            // An index that duplicates another one goes for that reason already.
            let key = format!("{}.{name}", table.name);
            report.push_unless(finding, vec![Cause::Once(SUPERFLUOUS, key)]);
        }
    }
}

/// Tells whether another one serves all that an index serves, and more.
fn covers(other: &Carrier<'_>, index: &Carrier<'_>) -> bool {
    let more = other.parts.len() > index.parts.len()
        || (other.parts.len() == index.parts.len()
            && other.include.len() > index.include.len()
            && !other.is_unique());
    // Only a B-tree is searched by its leading parts.
    index.method == "btree"
        && more
        && other.valid
        && index.parts_begin(other)
        && index.same_predicate(other)
        && index.included_in(other)
}

#[cfg(test)]
mod tests {
    use trueup_schema::{Diagnostic, Dialect, Index, SqlExpr};

    use super::RULE;
    use crate::testing::{models_findings, schema, table};

    fn found(indexes: Vec<Index>) -> Vec<Diagnostic> {
        let mut users = table("users", &["id", "a", "b"]);
        users.indexes = indexes;
        models_findings(&RULE, &schema(vec![users]))
    }

    #[test]
    fn the_beginning_of_another() {
        let found = found(vec![Index::new("a", &["a"]), Index::new("ab", &["a", "b"])]);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].message.starts_with("index `a` of `users` (a) is the beginning of index `ab` (a, b)")
        );
    }

    #[test]
    fn unique_partial_and_other_methods_are_not() {
        let ab = || Index::new("ab", &["a", "b"]);
        assert!(found(vec![Index { unique: true, ..Index::new("a", &["a"]) }, ab()]).is_empty());
        let partial = Index { predicate: Some(SqlExpr::new(Dialect::Postgresql, "b > 0")), ..ab() };
        assert!(found(vec![Index::new("a", &["a"]), partial]).is_empty());
        assert!(found(vec![Index { method: "hash".to_owned(), ..Index::new("a", &["a"]) }, ab()]).is_empty());
        assert!(found(vec![Index::new("b", &["b"]), ab()]).is_empty());
    }
}
