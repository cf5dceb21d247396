//! Objects whose content is not modelled: made, taken away and made again by the words of their recipes.
//!
//! What tables need (collations, composite types) comes before them, what foreign data needs after them, and the rest
//! (rules, publications, comments, owners, privileges) when everything else is there. It goes in the opposite order.
//! An object of which one side knows no recipe is left as it is, as long as both sides have it.

use super::{Differ, views};
use crate::ops::{CreateUnmodelled, DropUnmodelled};
use crate::{Schema, Unmodelled};

/// When an object is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Before tables.
    Types,
    /// After tables, before views.
    ForeignData,
    /// When everything else is there.
    Last,
}

/// The kinds that come before the last stage, in the order in which they are made.
const EARLY: [(&str, Stage); 13] = [
    ("language", Stage::Types),
    ("access method", Stage::Types),
    ("collation", Stage::Types),
    ("shell type", Stage::Types),
    ("composite type", Stage::Types),
    ("range type", Stage::Types),
    ("base type", Stage::Types),
    ("operator", Stage::Types),
    ("text search configuration", Stage::Types),
    ("foreign data wrapper", Stage::ForeignData),
    ("server", Stage::ForeignData),
    ("user mapping", Stage::ForeignData),
    ("foreign table", Stage::ForeignData),
];

/// The kinds of the last stage, in the order in which they are made; others come first.
const LAST: [&str; 13] = [
    "view options",
    "statistics",
    "rule",
    "replica identity",
    "column storage",
    "trigger firing mode",
    "event trigger",
    "publication",
    "subscription",
    "comment",
    "privileges",
    "owner",
    "default privileges",
];

/// What is said anew without taking the old away.
const SETTINGS: [&str; 3] = ["replica identity", "comment", "owner"];

fn stage(kind: &str) -> Stage {
    EARLY.iter().find(|(early, _)| *early == kind).map_or(Stage::Last, |(_, stage)| *stage)
}

/// Returns where an object stands among those of its stage.
fn rank(object: &Unmodelled) -> (Option<usize>, u32) {
    // A composite type may be made of a range, and a range of a collation: what is older comes first.
    if stage(&object.kind) == Stage::Types {
        return (None, object.recipe.position);
    }
    let early = EARLY.iter().position(|(kind, _)| *kind == object.kind);
    (early.or_else(|| LAST.iter().position(|kind| *kind == object.kind)), object.recipe.position)
}

impl Differ<'_> {
    /// Drops what goes or is made anew, of one stage.
    pub(super) fn drop_unmodelled(&mut self, of: Stage) {
        let mut going: Vec<Unmodelled> = Vec::new();
        for object in self.working.unmodelled.iter().filter(|object| stage(&object.kind) == of) {
            if self.goes(object) {
                going.push(object.clone());
            }
        }
        if of == Stage::ForeignData && !going.is_empty() {
            // A server cannot go before its tables, which have no rows of their own.
            going =
                self.working.unmodelled.iter().filter(|found| stage(&found.kind) == of).cloned().collect();
        }
        going.sort_by_key(rank);
        going.reverse();
        for object in going {
            self.emit(DropUnmodelled { object, sql: String::new() });
        }
    }

    fn goes(&self, object: &Unmodelled) -> bool {
        // What goes with its table, view or function needs no word.
        if object.recipe.owner.as_ref().is_some_and(|owner| !has_object(self.target, owner)) {
            return false;
        }
        // New objects would get privileges that are about to be taken back.
        if object.kind == "default privileges" && object.recipe.is_known() && self.creates_objects() {
            return true;
        }
        // A rule or trigger holds the functions that it calls.
        if matches!(object.kind.as_str(), "rule" | "event trigger" | "statistics") {
            let functions =
                self.working.functions.iter().filter(|(key, found)| self.is_recreated(key, found));
            let mut names = functions.map(|(_, function)| &function.name.name);
            if names.any(|name| object.recipe.create.iter().any(|sql| views::mentions_in(sql, name))) {
                return true;
            }
        }
        let Ok(at) = self.target.unmodelled.binary_search(object) else { return object.recipe.is_known() };
        let wanted = &self.target.unmodelled[at];
        changed(object, wanted)
            && !SETTINGS.contains(&object.kind.as_str())
            && altered(object, wanted).is_none()
    }

    fn creates_objects(&self) -> bool {
        let (from, to) = (&self.working, self.target);
        to.tables.keys().any(|name| !from.tables.contains_key(name))
            || to.sequences.keys().any(|name| !from.sequences.contains_key(name))
            || to.views.iter().any(|(name, view)| from.views.get(name) != Some(view))
            || to.functions.iter().any(|(key, function)| from.functions.get(key) != Some(function))
            || to.enums.iter().any(|(name, found)| from.enums.get(name) != Some(found))
            || to.domains.iter().any(|(name, found)| from.domains.get(name) != Some(found))
            || to.namespaces.iter().any(|name| !from.namespaces.contains(name))
            || to
                .unmodelled
                .iter()
                .any(|found| found.kind.ends_with(" type") && !from.unmodelled.contains(found))
    }

    /// Makes what is missing, of one stage.
    pub(super) fn create_unmodelled(&mut self, of: Stage) {
        let target = self.target;
        let mut coming: Vec<&Unmodelled> =
            target.unmodelled.iter().filter(|object| stage(&object.kind) == of).collect();
        coming.sort_by_key(|object| rank(object));
        for object in coming {
            let existing = self.working.unmodelled.binary_search(object).ok();
            let existing = existing.map(|at| self.working.unmodelled[at].clone());
            match existing {
                None => self.emit(CreateUnmodelled { object: object.clone(), sql: String::new() }),
                Some(existing) if changed(&existing, object) => {
                    let statements =
                        altered(&existing, object).unwrap_or_else(|| object.recipe.create.clone());
                    for sql in statements {
                        self.emit(CreateUnmodelled { object: object.clone(), sql });
                    }
                }
                Some(_) => {}
            }
        }
    }

    /// Drops what has no recipe; there is nothing but its name to tell.
    pub(super) fn drop_unknown(&mut self) {
        let target = self.target;
        let superfluous: Vec<_> = self
            .working
            .unmodelled
            .iter()
            .filter(|object| !target.unmodelled.contains(object))
            .cloned()
            .collect();
        for object in superfluous {
            self.emit(DropUnmodelled { object, sql: String::new() });
        }
    }
}

fn changed(old: &Unmodelled, new: &Unmodelled) -> bool {
    old.recipe.is_known() && new.recipe.is_known() && old.recipe.create != new.recipe.create
}

/// Returns the statements that change a composite type attribute by attribute, if that leads to the wanted order.
fn altered(old: &Unmodelled, new: &Unmodelled) -> Option<Vec<String>> {
    let (before, after) = (&old.recipe.parts, &new.recipe.parts);
    let name = new.recipe.create.first()?.strip_prefix("CREATE TYPE ")?.split(" AS (").next()?;
    if before.is_empty() || after.is_empty() {
        return None;
    }
    let stays = |part: &&(String, String)| after.iter().any(|(name, _)| *name == part.0);
    let comes = |part: &&(String, String)| !before.iter().any(|(name, _)| *name == part.0);
    let kept: Vec<&String> = before.iter().filter(stays).map(|(name, _)| name).collect();
    let order = kept.into_iter().chain(after.iter().filter(comes).map(|(name, _)| name));
    if !order.eq(after.iter().map(|(name, _)| name)) {
        return None;
    }
    let mut out = Vec::new();
    for (part, _) in before.iter().filter(|part| !stays(part)) {
        out.push(format!("ALTER TYPE {name} DROP ATTRIBUTE {part}"));
    }
    for (part, wanted) in after {
        match before.iter().find(|(old, _)| old == part) {
            None => out.push(format!("ALTER TYPE {name} ADD ATTRIBUTE {part} {wanted}")),
            Some((_, old)) if old != wanted => {
                out.push(format!("ALTER TYPE {name} ALTER ATTRIBUTE {part} TYPE {wanted}"));
            }
            Some(_) => {}
        }
    }
    Some(out)
}

/// Tells whether an object is there, by its name as it is written or by the key of a function.
fn has_object(schema: &Schema, name: &str) -> bool {
    schema.functions.contains_key(name)
        || schema.tables.keys().any(|found| found.to_string() == name)
        || schema.views.keys().any(|found| found.to_string() == name)
        || schema.sequences.keys().any(|found| found.to_string() == name)
        || schema.enums.keys().any(|found| found.to_string() == name)
        || schema.domains.keys().any(|found| found.to_string() == name)
        || schema.unmodelled.iter().any(|found| found.name == name)
}
