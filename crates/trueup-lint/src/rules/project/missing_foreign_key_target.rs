//! `missing-foreign-key-target`: a foreign key to a table, column or key that does not exist.

use std::collections::BTreeSet;

use trueup_schema::{Diagnostic, ForeignKey, IndexKey, ObjectKind, ObjectRef, Severity, Table};

use crate::context::ProjectContext;
use crate::project::nearest;
use crate::words::columns;
use crate::{Cause, Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "missing-foreign-key-target",
    group: Group::Project,
    severity: Severity::Error,
    summary: "A foreign key references a table or column that does not exist, or columns that are no key",
    enabled: true,
    docs: include_str!("missing_foreign_key_target.md"),
    check: Check::Project(check),
};

fn check(context: &ProjectContext<'_>, report: &mut Report) {
    let Some(models) = context.models else { return };
    for table in models.tables.values() {
        for key in &table.foreign_keys {
            let Some(target) = models.table(&key.referenced_table) else {
                let finding = missing_table(context, table, key);
                let name = key.referenced_table.to_string();
                report.push_once_unless(finding, name.clone(), vec![Cause::Table(name)]);
                continue;
            };
            // What is referenced may come from a base class that is not known.
            if context.facts.is_incomplete(&target.name) {
                continue;
            }
            if let Some(finding) = missing_column(table, key, target).or_else(|| no_key(table, key, target)) {
                report.push(finding);
            }
        }
    }
}

fn start(table: &Table, key: &ForeignKey, message: String) -> Diagnostic {
    let name = key.name.clone().unwrap_or_else(|| key.columns.join(", "));
    let declared = key.origin.location().or_else(|| {
        let column = key.columns.first().and_then(|column| table.column(column));
        column.and_then(|column| column.origin.location()).or_else(|| table.origin.location())
    });
    RULE.finding(message).at(declared).about(ObjectRef::of_table(
        ObjectKind::ForeignKey,
        name,
        table.name.to_string(),
    ))
}

fn of(table: &Table, key: &ForeignKey) -> String {
    match &key.columns[..] {
        [column] => format!("`{}.{column}`", table.name),
        several => format!("`{}` {}", table.name, columns(several)),
    }
}

fn missing_table(context: &ProjectContext<'_>, table: &Table, key: &ForeignKey) -> Diagnostic {
    let target = key.referenced_table.to_string();
    let in_revisions =
        context.revisions.is_some_and(|schema| schema.tables.contains_key(&key.referenced_table));
    let known: Vec<String> =
        context.models.into_iter().flat_map(|schema| schema.tables.keys()).map(ToString::to_string).collect();
    let near = nearest(&target, known.iter().map(String::as_str));
    let message = if in_revisions {
        format!(
            "{} references table `{target}`, which the revisions build but no model declares",
            of(table, key)
        )
    } else {
        format!("{} references table `{target}`, which does not exist", of(table, key))
    };
    let help = match near {
        Some(near) if !in_revisions => format!("did you mean `{near}`?"),
        _ => format!("declare `{target}` in a module that env.py imports"),
    };
    start(table, key, message).evidence("target", target).help(help)
}

fn missing_column(table: &Table, key: &ForeignKey, target: &Table) -> Option<Diagnostic> {
    let missing = key.referenced_columns.iter().find(|column| target.column(column).is_none())?;
    let near = nearest(missing, target.columns.iter().map(|column| column.name.as_str()));
    let message =
        format!("{} references column `{}.{missing}`, which does not exist", of(table, key), target.name);
    let help = near.map_or_else(
        || format!("reference a column of `{}` that exists", target.name),
        |near| format!("did you mean `{near}`?"),
    );
    Some(start(table, key, message).related(target.origin.location(), "the referenced table").help(help))
}

/// What is referenced must be the primary key or carry a unique constraint or a whole unique index.
fn no_key(table: &Table, key: &ForeignKey, target: &Table) -> Option<Diagnostic> {
    // A partitioned or virtual target, or one without known columns, is not judged.
    if target.columns.is_empty() || target.virtual_module.is_some() {
        return None;
    }
    if key.referenced_columns.is_empty() {
        let message =
            format!("{} references the primary key of `{}`, which has none", of(table, key), target.name);
        return target
            .primary_key
            .is_none()
            .then(|| start(table, key, message).help(format!("give `{}` a primary key", target.name)));
    }
    let wanted: BTreeSet<&str> = key.referenced_columns.iter().map(String::as_str).collect();
    let is_wanted =
        |columns: &[String]| columns.iter().map(String::as_str).collect::<BTreeSet<_>>() == wanted;
    let by_index = target.indexes.iter().any(|index| {
        let names: Option<Vec<String>> = index
            .parts
            .iter()
            .map(|part| match &part.key {
                IndexKey::Column(name) => Some(name.clone()),
                IndexKey::Expression(_) => None,
            })
            .collect();
        index.unique && index.predicate.is_none() && names.is_some_and(|names| is_wanted(&names))
    });
    let by_constraint = target.primary_key.as_ref().is_some_and(|primary| is_wanted(&primary.columns))
        || target.uniques.iter().any(|unique| is_wanted(&unique.columns));
    if by_index || by_constraint {
        return None;
    }
    let message = format!(
        "{} references `{}` {}, which is neither the primary key nor unique",
        of(table, key),
        target.name,
        columns(&key.referenced_columns)
    );
    Some(
        start(table, key, message)
            .related(target.origin.location(), "the referenced table")
            .help("add a unique constraint on the referenced columns, or reference the primary key"),
    )
}

#[cfg(test)]
mod tests {
    use trueup_schema::facts::ProjectFacts;
    use trueup_schema::{Diagnostic, Index, Schema, Table};

    use super::RULE;
    use crate::testing::{foreign_key, project_context, run_project, schema, table};

    fn found(models: &Schema) -> Vec<Diagnostic> {
        let facts = ProjectFacts::default();
        let mut context = project_context(&facts);
        context.models = Some(models);
        run_project(&RULE, &context)
    }

    fn posts(target: &str, column: &str) -> Table {
        let mut posts = table("posts", &["id", "user_id"]);
        posts.foreign_keys.push(foreign_key(&["user_id"], target, &[column]));
        posts
    }

    #[test]
    fn no_such_table_is_told_once_per_table() {
        let mut second = posts("user", "id");
        second.name = "notes".into();
        let found = found(&schema(vec![posts("user", "id"), second, table("users", &["id"])]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].message, "`posts.user_id` references table `user`, which does not exist");
        assert_eq!(found[0].help.as_deref(), Some("did you mean `users`?"));
    }

    #[test]
    fn no_such_column_and_no_key() {
        let found_column = found(&schema(vec![posts("users", "uuid"), table("users", &["id"])]));
        assert_eq!(
            found_column[0].message,
            "`posts.user_id` references column `users.uuid`, which does not exist"
        );
        let found_key = found(&schema(vec![posts("users", "code"), table("users", &["id", "code"])]));
        assert_eq!(
            found_key[0].message,
            "`posts.user_id` references `users` (code), which is neither the primary key nor unique"
        );
    }

    #[test]
    fn primary_keys_and_unique_indexes_are_fine() {
        let mut users = table("users", &["id", "code"]);
        users.indexes.push(Index { unique: true, ..Index::new("u", &["code"]) });
        assert!(found(&schema(vec![posts("users", "code"), users])).is_empty());
        assert!(found(&schema(vec![posts("users", "id"), table("users", &["id"])])).is_empty());
    }
}
