//! `index-naming`: indexes that are named in several ways.

use std::collections::BTreeMap;

use trueup_schema::{Index, ObjectKind, ObjectRef, Severity, Table};

use crate::context::ModelsContext;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "index-naming",
    group: Group::Models,
    severity: Severity::Info,
    summary: "Indexes are named in several ways",
    enabled: true,
    docs: include_str!("index_naming.md"),
    check: Check::Models(check),
};

fn check(context: &ModelsContext<'_>, report: &mut Report) {
    let mut ways: BTreeMap<&'static str, Vec<(&Table, &Index)>> = BTreeMap::new();
    for table in context.schema.tables.values() {
        for index in table.indexes.iter().filter(|index| !index.unique) {
            ways.entry(way_of(&index.name)).or_default().push((table, index));
        }
    }
    let Some((&usual, _)) = ways.iter().max_by_key(|(way, indexes)| (indexes.len(), **way == "ix_…"))
    else {
        return;
    };
    let others: Vec<&(&Table, &Index)> =
        ways.iter().filter(|(way, _)| **way != usual).flat_map(|(_, indexes)| indexes).collect();
    let Some((table, first)) = others.first() else { return };
    let mut counts: Vec<(usize, &str)> = ways.iter().map(|(way, indexes)| (indexes.len(), *way)).collect();
    counts.sort_by(|left, right| right.cmp(left));
    let told: Vec<String> = counts.iter().map(|(count, way)| format!("{count} as `{way}`")).collect();
    let mut finding = RULE
        .finding(format!("indexes are named in {} ways: {}", counts.len(), told.join(", ")))
        .at(first.origin.location().or_else(|| table.origin.location()))
        .about(ObjectRef::of_table(ObjectKind::Index, first.name.as_str(), table.name.to_string()))
        .evidence("unusual", others.iter().map(|(_, index)| index.name.clone()).collect::<Vec<_>>())
        .help("set a naming_convention on the MetaData; rename with ALTER INDEX … RENAME, never by dropping");
    for (_, index) in others.iter().skip(1).take(10) {
        finding = finding.related(index.origin.location(), format!("`{}`", index.name));
    }
    report.push(finding);
}

/// Returns the pattern that a name follows.
fn way_of(name: &str) -> &'static str {
    let lower = name.to_lowercase();
    match lower.split('_').next() {
        Some("ix") => "ix_…",
        Some("idx") => "idx_…",
        Some("index") => "index_…",
        Some("i") => "i_…",
        _ if lower.ends_with("_idx") => "…_idx",
        _ if lower.ends_with("_index") => "…_index",
        _ => "another name",
    }
}

#[cfg(test)]
mod tests {
    use trueup_schema::Index;

    use super::RULE;
    use crate::testing::{models_findings, schema, table};

    fn found(names: &[&str]) -> Vec<String> {
        let mut users = table("users", &["id", "a"]);
        users.indexes = names.iter().map(|name| Index::new(*name, &["a"])).collect();
        models_findings(&RULE, &schema(vec![users])).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn told_once_with_counts() {
        assert_eq!(
            found(&["ix_users_a", "ix_users_b", "idx_c"]),
            ["indexes are named in 2 ways: 2 as `ix_…`, 1 as `idx_…`"]
        );
        assert!(found(&["idx_a", "idx_b"]).is_empty());
    }
}
