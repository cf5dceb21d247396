//! `unindexed-foreign-key`: a foreign key whose referencing rows cannot be looked up.

use trueup_schema::{ObjectKind, ObjectRef, Severity};

use crate::context::ModelsContext;
use crate::indexes::{Kind, carriers};
use crate::words::columns;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "unindexed-foreign-key",
    group: Group::Models,
    severity: Severity::Warning,
    summary: "No index serves looking up the rows that reference another row",
    enabled: true,
    docs: include_str!("unindexed_foreign_key.md"),
    check: Check::Models(check),
};

fn check(context: &ModelsContext<'_>, report: &mut Report) {
    let dialect = context.schema.dialect;
    for table in context.schema.tables.values() {
        // The indexes of a partitioned table are those of its partitions.
        if table.partition_of.is_some() {
            continue;
        }
        let carriers = carriers(table);
        for key in &table.foreign_keys {
            if carriers.iter().any(|carrier| carrier.serves(&key.columns, dialect)) {
                continue;
            }
            let what = match &key.columns[..] {
                [column] => format!("`{}.{column}`", table.name),
                several => format!("`{}` {}", table.name, columns(several)),
            };
            let near = carriers.iter().find_map(|carrier| {
                let touches = carrier
                    .part_texts()
                    .iter()
                    .any(|part| key.columns.iter().any(|column| part.contains(column)));
                let refusal = carrier.refusal(&key.columns, dialect)?;
                (touches && carrier.kind != Kind::PrimaryKey)
                    .then(|| format!("; {} {refusal}", carrier.words()))
            });
            let name = format!("ix_{}_{}", table.name.name, key.columns.join("_"));
            let quoted: Vec<String> = key.columns.iter().map(|column| format!("\"{column}\"")).collect();
            let help = match (context.from_models, &key.columns[..]) {
                (true, [_]) => {
                    "add index=True to the column, and a revision that creates the index".to_owned()
                }
                (true, _) => {
                    format!("add Index(\"{name}\", {}) and a revision that creates it", quoted.join(", "))
                }
                (false, _) => {
                    format!("op.create_index(\"{name}\", \"{}\", [{}])", table.name.name, quoted.join(", "))
                }
            };
            let column = key.columns.first().and_then(|column| table.column(column));
            let place = key
                .origin
                .location()
                .or_else(|| column.and_then(|column| column.origin.location()))
                .or_else(|| table.origin.location());
            let finding = RULE
                .finding(format!(
                    "no index serves the foreign key {what} to `{}`{}",
                    key.referenced_table,
                    near.unwrap_or_default()
                ))
                .at(place)
                .about(ObjectRef::of_table(
                    ObjectKind::ForeignKey,
                    key.name.clone().unwrap_or_else(|| key.columns.join(", ")),
                    table.name.to_string(),
                ))
                .evidence("columns", key.columns.clone())
                .help(help);
            report.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use trueup_schema::{Diagnostic, Dialect, Index, IndexPart, SqlExpr};

    use super::RULE;
    use crate::testing::{foreign_key, models_findings, schema, table};

    fn found(columns: &[&str], indexes: Vec<Index>) -> Vec<Diagnostic> {
        let mut child = table("child", &["id", "p1", "x", "p2"]);
        child.foreign_keys.push(foreign_key(columns, "parent", columns));
        child.indexes = indexes;
        models_findings(&RULE, &schema(vec![child]))
    }

    fn partial(columns: &[&str], condition: &str) -> Index {
        Index { predicate: Some(SqlExpr::new(Dialect::Postgresql, condition)), ..Index::new("ix", columns) }
    }

    fn of_method(method: &str, columns: &[&str]) -> Index {
        Index { method: method.to_owned(), ..Index::new("ix", columns) }
    }

    #[test]
    fn what_serves() {
        assert!(found(&["p1"], vec![Index::new("ix", &["p1"])]).is_empty());
        assert!(found(&["p1"], vec![Index::new("ix", &["p1", "x"])]).is_empty());
        assert!(found(&["p1", "p2"], vec![Index::new("ix", &["p2", "p1"])]).is_empty(), "in any order");
        assert!(found(&["p1"], vec![partial(&["p1"], "p1 IS NOT NULL")]).is_empty(), "the check implies it");
        assert!(found(&["p1"], vec![of_method("hash", &["p1"])]).is_empty());
        assert!(found(&["id"], vec![]).is_empty(), "the primary key");
    }

    #[test]
    fn what_does_not_serve() {
        let expression = Index {
            parts: vec![IndexPart::expression(SqlExpr::new(Dialect::Postgresql, "abs(p1)"))],
            ..Index::new("ix", &[])
        };
        for (columns, index) in [
            (&["p1"][..], partial(&["p1"], "p1 > 100")),
            (&["p1", "p2"], Index::new("ix", &["p1", "x", "p2"])),
            (&["p1"], of_method("brin", &["p1"])),
            (&["p1"], expression),
            (&["p1"], Index::new("ix", &["x", "p1"])),
            (&["p1"], Index { valid: false, ..Index::new("ix", &["p1"]) }),
        ] {
            assert_eq!(found(columns, vec![index.clone()]).len(), 1, "{index:?}");
        }
    }

    #[test]
    fn says_why_a_near_index_does_not_serve() {
        let found = found(&["p1"], vec![partial(&["p1"], "p1 > 100")]);
        assert_eq!(
            found[0].message,
            "no index serves the foreign key `child.p1` to `parent`; index `ix` is partial"
        );
    }
}
