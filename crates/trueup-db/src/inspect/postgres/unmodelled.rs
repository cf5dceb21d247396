//! What the database has and the model has not: named, so that nobody takes silence for equality.

use trueup_schema::{Dialect, Recipe, Unmodelled};

use super::catalog::{Catalog, Oid, class};
use super::rows::{PropertyRow, RecipeRow, RelationRow};

impl Catalog {
    /// Returns everything that was seen but is not modelled, sorted.
    pub(super) fn unmodelled(&self) -> Vec<Unmodelled> {
        let mut found = self.objects_of_other_kinds();
        for row in self.relations.values().filter(|row| self.is_own(row)) {
            self.relation_gaps(row, &mut found);
        }
        self.constraint_gaps(&mut found);
        self.properties(&mut found);
        for trigger in self.triggers.iter().filter(|row| matches!(row.enabled.as_str(), "A" | "R")) {
            let name = format!("{} on {}", trigger.name, self.relation_name(trigger.relation));
            found.push(self.made("trigger firing mode", name, class::TRIGGER, trigger.oid));
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
            let name = format!("{name}{}{}", row.suffix, relation.unwrap_or_default());
            self.made(&row.kind, name, row.class, row.object)
        });
        let kinds = [("r", "range type"), ("b", "base type"), ("p", "shell type")];
        let types = kinds.into_iter().flat_map(|(code, kind)| {
            let own = self.own_types(code);
            own.map(move |row| {
                let name = self.object_name(row.namespace, &row.name).to_string();
                self.made(kind, name, class::TYPE, row.oid)
            })
        });
        named.chain(types).collect()
    }

    fn relation_gaps(&self, row: &RelationRow, found: &mut Vec<Unmodelled>) {
        let name = self.object_name(row.namespace, &row.name).to_string();
        match row.kind.as_str() {
            "f" => found.push(self.made("foreign table", name, class::CLASS, row.oid)),
            "c" => found.push(self.made("composite type", name, class::CLASS, row.oid)),
            "r" | "p" => {
                if row.replica_identity != "d" {
                    found.push(self.made("replica identity", name.clone(), class::CLASS, row.oid));
                }
                if row.of_type != 0 {
                    found.push(entry("typed table", name.clone()));
                }
                if row.method.as_deref().is_some_and(|method| method != "heap") {
                    found.push(entry("table access method", name.clone()));
                }
                let storage = self.made("column storage", name, class::CLASS, row.oid);
                found.extend(Some(storage).filter(|storage| storage.recipe.is_known()));
            }
            "v" | "m" if !row.storage.is_empty() => {
                found.push(self.made("view options", name, class::CLASS, row.oid));
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

    /// Owners, privileges and comments that the model has no place for.
    fn properties(&self, found: &mut Vec<Unmodelled>) {
        for row in &self.properties {
            let elsewhere = row.namespace != 0 && !self.is_selected(row.namespace);
            if elsewhere || self.is_member(row.class, row.object) {
                continue;
            }
            if row.relation != 0 && !self.relations.get(&row.relation).is_some_and(|row| self.is_own(row)) {
                continue;
            }
            let recipe = Recipe {
                create: row.creates.clone(),
                drop: row.drops.clone(),
                owner: self.owner_of_property(row),
                ..Recipe::default()
            };
            found.push(Unmodelled { recipe, ..entry(&row.kind, row.name.as_str()) });
        }
    }

    /// Returns the object that takes a property with it when it goes.
    fn owner_of_property(&self, row: &PropertyRow) -> Option<String> {
        if row.relation != 0 {
            return Some(self.relation_name(row.relation).to_string());
        }
        match row.class {
            class::PROC => {
                let row = self.functions.iter().find(|function| function.oid == row.object)?;
                Some(self.function(row).key(Dialect::Postgresql))
            }
            class::TYPE => {
                let row = self.types.get(&row.object)?;
                Some(self.object_name(row.namespace, &row.name).to_string())
            }
            _ => None,
        }
    }

    /// Returns an object together with how it is made, where that was read.
    fn made(&self, kind: &str, name: String, class: Oid, object: Oid) -> Unmodelled {
        let key = |row: &&RecipeRow| row.class == class && row.object == object && row.kind == kind;
        let recipe = self.recipes.iter().find(key).map(|row| Recipe {
            create: row.creates.clone(),
            drop: row.drops.clone(),
            owner: Some(row.relation).filter(|oid| *oid != 0).map(|oid| self.relation_name(oid).to_string()),
            parts: row.parts.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect(),
            position: object,
        });
        Unmodelled { recipe: recipe.unwrap_or_default(), ..entry(kind, name) }
    }
}

fn entry(kind: &str, name: impl Into<String>) -> Unmodelled {
    Unmodelled::new(kind, name)
}
