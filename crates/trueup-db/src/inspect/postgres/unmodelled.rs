//! What the database has and the model has not: named, so that nobody takes silence for equality.

use trueup_schema::Unmodelled;

use super::catalog::{Catalog, class};
use super::privileges::grants;
use super::rows::RelationRow;

impl Catalog {
    /// Returns everything that was seen but is not modelled, sorted.
    pub(super) fn unmodelled(&self) -> Vec<Unmodelled> {
        let mut found = self.objects_of_other_kinds();
        for row in self.relations.values().filter(|row| self.is_own(row)) {
            self.relation_gaps(row, &mut found);
        }
        self.constraint_gaps(&mut found);
        self.function_privileges(&mut found);
        self.comment_gaps(&mut found);
        for trigger in self.triggers.iter().filter(|row| matches!(row.enabled.as_str(), "A" | "R")) {
            let name = format!("{} on {}", trigger.name, self.relation_name(trigger.relation));
            found.push(entry("trigger firing mode", name));
        }
        found.sort();
        found.dedup();
        found
    }

    /// Tells whether a relation is of a selected namespace and of no extension.
    pub(super) fn is_own(&self, row: &RelationRow) -> bool {
        self.is_selected(row.namespace) && !self.is_member(class::CLASS, row.oid)
    }

    fn objects_of_other_kinds(&self) -> Vec<Unmodelled> {
        let rows = self.unmodelled.iter().filter(|row| !self.is_member(row.class, row.object));
        let rows = rows.filter(|row| row.namespace == 0 || self.is_selected(row.namespace));
        let rows = rows.filter(|row| {
            let relation = self.relations.get(&row.relation);
            row.relation == 0 || relation.is_some_and(|relation| self.is_own(relation))
        });
        let named = rows.map(|row| {
            let name = match row.namespace {
                0 => row.name.clone(),
                namespace => self.object_name(namespace, &row.name).to_string(),
            };
            let relation = Some(row.relation).filter(|relation| *relation != 0);
            let relation = relation.map(|relation| self.relation_name(relation).to_string());
            entry(&row.kind, format!("{name}{}{}", row.suffix, relation.unwrap_or_default()))
        });
        let kinds = [("r", "range type"), ("b", "base type"), ("p", "shell type")];
        let types = kinds.into_iter().flat_map(|(code, kind)| {
            let own = self.own_types(code);
            own.map(move |row| entry(kind, self.object_name(row.namespace, &row.name).to_string()))
        });
        named.chain(types).collect()
    }

    fn relation_gaps(&self, row: &RelationRow, found: &mut Vec<Unmodelled>) {
        let name = self.object_name(row.namespace, &row.name).to_string();
        match row.kind.as_str() {
            "f" => found.push(entry("foreign table", name)),
            "c" => found.push(entry("composite type", name)),
            "r" | "p" => {
                if row.replica_identity != "d" {
                    found.push(entry("replica identity", name.clone()));
                }
                if row.of_type != 0 {
                    found.push(entry("typed table", name.clone()));
                }
                if row.method.as_deref().is_some_and(|method| method != "heap") {
                    found.push(entry("table access method", name));
                }
            }
            "v" | "m" | "S" => {
                if row.kind != "S" && !row.storage.is_empty() {
                    found.push(entry("view options", name.clone()));
                }
                if !grants(&row.privileges, &row.owner, "").is_empty() {
                    found.push(entry("privileges", name));
                }
            }
            _ => {}
        }
    }

    fn constraint_gaps(&self, found: &mut Vec<Unmodelled>) {
        for row in self.constraints.iter().filter(|row| row.relation != 0) {
            let name = || format!("{} on {}", row.name, self.relation_name(row.relation));
            if !row.enforced {
                found.push(entry("constraint that is not enforced", name()));
            }
            if row.temporal {
                found.push(entry("temporal constraint", name()));
            }
        }
    }

    /// Every function may be executed by everybody unless that was revoked, so both grants and the lack of it count.
    fn function_privileges(&self, found: &mut Vec<Unmodelled>) {
        for row in self.functions.iter().filter(|row| !row.privileges.is_empty()) {
            let grants = grants(&row.privileges, &row.owner, "");
            if grants.len() != 1 || grants[0].role != "public" {
                let name = self.object_name(row.namespace, &row.name);
                found.push(entry("privileges", format!("{name}({})", row.argument_types.join(", "))));
            }
        }
    }

    fn comment_gaps(&self, found: &mut Vec<Unmodelled>) {
        let mut keys: Vec<_> = self.comments.keys().copied().collect();
        keys.sort_unstable();
        for (class, object, part) in keys {
            if self.is_member(class, object) {
                continue;
            }
            let name = match class {
                class::NAMESPACE if self.is_selected(object) => {
                    self.namespaces.get(&object).map(|name| format!("schema {name}"))
                }
                class::POLICY => self
                    .policies
                    .iter()
                    .find(|row| row.oid == object)
                    .map(|row| format!("policy {} on {}", row.name, self.relation_name(row.relation))),
                class::CONSTRAINT => self
                    .constraints
                    .iter()
                    .find(|row| row.oid == object && row.kind == "x")
                    .map(|row| format!("constraint {} on {}", row.name, self.relation_name(row.relation))),
                class::CLASS if part > 0 => self
                    .relations
                    .get(&object)
                    .filter(|row| matches!(row.kind.as_str(), "v" | "m") && self.is_own(row))
                    .and_then(|row| Some((row, self.column_name(object, part as i16)?)))
                    .map(|(row, column)| {
                        format!("column {}.{column}", self.object_name(row.namespace, &row.name))
                    }),
                _ => None,
            };
            found.extend(name.map(|name| entry("comment", name)));
        }
    }
}

fn entry(kind: &str, name: impl Into<String>) -> Unmodelled {
    Unmodelled { kind: kind.to_owned(), name: name.into() }
}
