//! Comparing constraints and indexes of a table.

use super::super::constraints::{content, plain_columns, same_index};
use super::{Comparison, DifferenceKind, Places, expr, lookup, match_up, place, render};
use crate::expr::Likeness;
use crate::ops::{Constraint, identifiers};
use crate::{Dialect, Index, IndexKey, IndexPart, ObjectKind, ObjectName, ObjectRef, Origin, Table};

impl Comparison<'_> {
    pub(super) fn keys(&mut self, here: &Table, there: &Table) {
        let (expected, actual) = (self.expected, self.actual);
        let same = |left: &Constraint, right: &Constraint| {
            left.kind() == right.kind()
                && content(expected, left, Some(here)) == content(actual, right, Some(there))
        };
        let name = |constraint: &Constraint| constraint.name().map(str::to_owned);
        let mut matched = match_up(&here.constraints(), &there.constraints(), name, same);
        for (left, right) in std::mem::take(&mut matched.pairs) {
            self.same_constraint(here, there, &left, &right);
        }
        let mut gone = Vec::new();
        for left in matched.gone {
            let is_key = |found: &Constraint| matches!(found, Constraint::PrimaryKey(_));
            let twin = matched.new.iter().position(|right| {
                left.kind() == right.kind()
                    && (is_key(&left) || (left.name().is_some() && left.name() == right.name()))
            });
            match twin {
                Some(at) => {
                    let right = matched.new.remove(at);
                    self.changed_constraint(here, there, &left, &right);
                }
                None => gone.push(left),
            }
        }
        let mut new = matched.new;
        let (mut old_indexes, mut new_indexes) = (here.indexes.clone(), there.indexes.clone());
        if self.options.by_meaning {
            self.unique_carriers((here, there), (&mut gone, &mut new), (&mut old_indexes, &mut new_indexes));
        }
        gone.retain(|constraint| !follows(expected.dialect, here, there, constraint));
        new.retain(|constraint| !follows(expected.dialect, there, here, constraint));
        for constraint in &gone {
            let object = constraint_ref(here, constraint);
            let places = Places(place(origin(constraint), &here.origin), &there.origin);
            self.report(object, DifferenceKind::Removed, places);
        }
        for constraint in &new {
            let object = constraint_ref(there, constraint);
            let places = Places(&here.origin, place(origin(constraint), &there.origin));
            self.report(object, DifferenceKind::Added, places);
        }
        let uses_lost = |index: &Index, from: &Table, other: &Table| {
            from.columns.iter().any(|column| {
                other.column(&column.name).is_none()
                    && (lookup::parts_use(expected.dialect, &index.parts, &column.name)
                        || index.include.contains(&column.name))
            })
        };
        // By name they are one changed index; only one without a twin merely follows its column.
        let twin = |index: &Index, others: &[Index]| others.iter().any(|other| other.name == index.name);
        let (old, new) = (old_indexes.clone(), new_indexes.clone());
        old_indexes.retain(|index| twin(index, &new) || !uses_lost(index, here, there));
        new_indexes.retain(|index| twin(index, &old) || !uses_lost(index, there, here));
        self.indexes(&here.name, (&old_indexes, &new_indexes), Places(&here.origin, &there.origin));
    }

    fn same_constraint(&mut self, here: &Table, there: &Table, left: &Constraint, right: &Constraint) {
        let object = constraint_ref(here, left);
        let places = Places(place(origin(left), &here.origin), place(origin(right), &there.origin));
        if let (Some(expected), Some(actual)) = (left.name(), right.name())
            && expected != actual
        {
            let (expected, actual) = (expected.to_owned(), actual.to_owned());
            let kind = DifferenceKind::Changed { property: "name", expected, actual };
            if self.options.by_meaning {
                self.report_info(object.clone(), kind, places);
            } else {
                self.report(object.clone(), kind, places);
            }
        } else if left.name().is_some() != right.name().is_some() && !self.options.by_meaning {
            self.property(&object, "name", left.name().unwrap_or(""), right.name().unwrap_or(""), places);
        }
        self.validity_and_comment(&object, left, right, places);
    }

    fn validity_and_comment(
        &mut self,
        object: &ObjectRef,
        left: &Constraint,
        right: &Constraint,
        places: Places<'_>,
    ) {
        let (here, there) = (details(left), details(right));
        self.property(object, "validated", !here.not_valid, !there.not_valid, places);
        self.comment(object, here.comment, there.comment, places);
    }

    fn changed_constraint(&mut self, here: &Table, there: &Table, left: &Constraint, right: &Constraint) {
        let object = constraint_ref(here, left);
        let places = Places(place(origin(left), &here.origin), place(origin(right), &there.origin));
        let list = |columns: &[String]| columns.join(", ");
        match (left, right) {
            (Constraint::Check(left), Constraint::Check(right)) => {
                self.definition(&object, "condition", (&left.expr, &right.expr), Some(there), places);
                self.property(&object, "NO INHERIT", left.no_inherit, right.no_inherit, places);
            }
            (Constraint::PrimaryKey(left), Constraint::PrimaryKey(right)) => {
                self.property(&object, "columns", list(&left.columns), list(&right.columns), places);
                self.property(&object, "included columns", list(&left.include), list(&right.include), places);
                self.property(&object, "AUTOINCREMENT", left.autoincrement, right.autoincrement, places);
                self.property(
                    &object,
                    "deferrable",
                    deferrable(left.deferrable),
                    deferrable(right.deferrable),
                    places,
                );
                if let (Some(old), Some(new), false) = (&left.name, &right.name, self.options.by_meaning) {
                    self.property(&object, "name", old, new, places);
                }
            }
            (Constraint::Unique(left), Constraint::Unique(right)) => {
                self.property(&object, "columns", list(&left.columns), list(&right.columns), places);
                self.property(&object, "included columns", list(&left.include), list(&right.include), places);
                let nulls = (left.nulls_not_distinct, right.nulls_not_distinct);
                self.property(&object, "NULLS NOT DISTINCT", nulls.0, nulls.1, places);
                self.property(
                    &object,
                    "deferrable",
                    deferrable(left.deferrable),
                    deferrable(right.deferrable),
                    places,
                );
            }
            (Constraint::ForeignKey(left_key), Constraint::ForeignKey(right_key)) => {
                self.property(&object, "columns", list(&left_key.columns), list(&right_key.columns), places);
                let target = |schema: &crate::Schema, table: &Table, key: &crate::ForeignKey| {
                    let own = (key.referenced_table == table.name).then_some(table);
                    let referenced = own.or_else(|| schema.table(&key.referenced_table));
                    let columns = referenced.map_or_else(
                        || key.referenced_columns.clone(),
                        |table| lookup::referenced_columns(key, table),
                    );
                    format!("{} ({})", key.referenced_table, columns.join(", "))
                };
                let (expected, actual) = (self.expected, self.actual);
                let targets = (target(expected, here, left_key), target(actual, there, right_key));
                self.property(&object, "referenced columns", targets.0, targets.1, places);
                let (old, new) = (action(&left_key.on_delete), action(&right_key.on_delete));
                self.property(&object, "ON DELETE", old, new, places);
                let (old, new) = (action(&left_key.on_update), action(&right_key.on_update));
                self.property(&object, "ON UPDATE", old, new, places);
                self.property(&object, "MATCH FULL", left_key.match_full, right_key.match_full, places);
                let (old, new) = (deferrable(left_key.deferrable), deferrable(right_key.deferrable));
                self.property(&object, "deferrable", old, new, places);
            }
            (left, right) => {
                let dialect = self.expected.dialect;
                let (left, right) = (render::constraint(dialect, left), render::constraint(dialect, right));
                self.property(&object, "definition", left, right, places);
            }
        }
        self.validity_and_comment(&object, left, right, places);
    }

    /// Pairs a unique constraint with a unique index over the same columns: the same property in another form.
    fn unique_carriers(
        &mut self,
        (here, there): (&Table, &Table),
        (gone, new): (&mut Vec<Constraint>, &mut Vec<Constraint>),
        (old_indexes, new_indexes): (&mut Vec<Index>, &mut Vec<Index>),
    ) {
        let table = here.name.to_string();
        let mut found = Vec::new();
        gone.retain(|constraint| match carrier(constraint, new_indexes, old_indexes) {
            Some(at) => {
                let index = new_indexes.remove(at);
                let object = constraint_ref(here, constraint);
                let change = ("unique constraint", format!("unique index {}", index.name));
                found.push((object, change.0.to_owned(), change.1, origin(constraint).clone(), index.origin));
                false
            }
            None => true,
        });
        new.retain(|constraint| match carrier(constraint, old_indexes, new_indexes) {
            Some(at) => {
                let index = old_indexes.remove(at);
                let object = ObjectRef::of_table(ObjectKind::Index, index.name.as_str(), table.as_str());
                let actual = match constraint.name() {
                    Some(name) => format!("unique constraint {name}"),
                    None => "unique constraint".to_owned(),
                };
                found.push((
                    object,
                    "unique index".to_owned(),
                    actual,
                    index.origin,
                    origin(constraint).clone(),
                ));
                false
            }
            None => true,
        });
        for (object, expected, actual, left, right) in found {
            let kind = DifferenceKind::Changed { property: "form", expected, actual };
            self.report_info(object, kind, Places(place(&left, &here.origin), place(&right, &there.origin)));
        }
    }

    pub(super) fn indexes(
        &mut self,
        table: &ObjectName,
        (here, there): (&[Index], &[Index]),
        places: Places<'_>,
    ) {
        let object =
            |index: &Index| ObjectRef::of_table(ObjectKind::Index, index.name.as_str(), table.to_string());
        let same = |left: &Index, right: &Index| same_index(left, right);
        let mut matched = match_up(here, there, |index: &Index| Some(index.name.clone()), same);
        for (left, right) in &matched.pairs {
            let places = Places(place(&left.origin, places.0), place(&right.origin, places.1));
            if left.name != right.name {
                let (expected, actual) = (left.name.clone(), right.name.clone());
                let kind = DifferenceKind::Changed { property: "name", expected, actual };
                if self.options.by_meaning {
                    self.report_info(object(left), kind, places);
                } else {
                    self.report(object(left), kind, places);
                }
            }
            self.comment(&object(left), left.comment.as_ref(), right.comment.as_ref(), places);
        }
        for left in &matched.gone {
            match matched.new.iter().position(|right| right.name == left.name) {
                Some(at) => {
                    let right = matched.new.remove(at);
                    let places = Places(place(&left.origin, places.0), place(&right.origin, places.1));
                    self.changed_index(table, left, &right, places);
                }
                None => {
                    let places = Places(place(&left.origin, places.0), places.1);
                    self.report(object(left), DifferenceKind::Removed, places);
                }
            }
        }
        for right in &matched.new {
            let places = Places(places.0, place(&right.origin, places.1));
            self.report(object(right), DifferenceKind::Added, places);
        }
    }

    fn changed_index(&mut self, name: &ObjectName, left: &Index, right: &Index, places: Places<'_>) {
        let object = &ObjectRef::of_table(ObjectKind::Index, left.name.as_str(), name.to_string());
        let dialect = self.expected.dialect;
        // What the columns are tells what literals are.
        let table = self.actual.table(name);
        if !same_parts(&left.parts, &right.parts, table) {
            let parts = |index: &Index| {
                index.parts.iter().map(|part| render::part(dialect, part)).collect::<Vec<_>>().join(", ")
            };
            self.property(object, "columns", parts(left), parts(right), places);
        }
        self.property(object, "unique", left.unique, right.unique, places);
        self.property(object, "method", &left.method, &right.method, places);
        self.property(object, "included columns", left.include.join(", "), right.include.join(", "), places);
        let same_predicate = match (&left.predicate, &right.predicate) {
            (Some(left), Some(right)) => left.likeness(right, table) == Likeness::Same,
            (left, right) => left == right,
        };
        if !same_predicate {
            let (expected, actual) = (expr(left.predicate.as_ref()), expr(right.predicate.as_ref()));
            self.property(object, "predicate", expected, actual, places);
        }
        let nulls = (left.nulls_not_distinct, right.nulls_not_distinct);
        self.property(object, "NULLS NOT DISTINCT", nulls.0, nulls.1, places);
        let storage = |index: &Index| {
            let pairs = index.storage.iter().map(|(name, value)| format!("{name}={value}"));
            pairs.collect::<Vec<_>>().join(", ")
        };
        self.property(object, "storage parameters", storage(left), storage(right), places);
        self.property(object, "valid", left.valid, right.valid, places);
        self.comment(object, left.comment.as_ref(), right.comment.as_ref(), places);
    }
}

/// Tells whether the keys of two indexes are the same, expressions with the types of the table's columns.
fn same_parts(left: &[IndexPart], right: &[IndexPart], table: Option<&Table>) -> bool {
    let same = |(left, right): (&IndexPart, &IndexPart)| match (&left.key, &right.key) {
        (IndexKey::Expression(expr), IndexKey::Expression(other)) => {
            expr.likeness(other, table) == Likeness::Same
                && *left == IndexPart { key: left.key.clone(), ..right.clone() }
        }
        _ => {
            // A default class is not told by the server.
            let class = &left.operator_class;
            left == right
                || (right.operator_class.is_none()
                    && class.as_deref().is_some_and(is_default_class)
                    && *right == IndexPart { operator_class: None, ..left.clone() })
        }
    };
    left.len() == right.len() && left.iter().zip(right).all(same)
}

/// Tells whether an operator class is surely the default of its type where the server leaves it out: that it stands
/// for the type of the column is the server's own check.
fn is_default_class(class: &str) -> bool {
    let special = ["pattern", "path", "trgm", "bloom", "multi"];
    class.ends_with("_ops") && !special.iter().any(|word| class.contains(word))
}

/// Tells whether a constraint is only missing because a column is.
fn follows(dialect: Dialect, from: &Table, other: &Table, constraint: &Constraint) -> bool {
    let lost = |column: &str| from.column(column).is_some() && other.column(column).is_none();
    match constraint {
        Constraint::Check(check) => {
            let names = from.columns.iter().map(|column| column.name.as_str());
            let used = identifiers::mentioned_columns(dialect, &check.expr, names);
            used.into_iter().any(lost)
        }
        key => key.columns().iter().any(|column| lost(column)),
    }
}

/// What every kind of constraint has.
struct Details<'a> {
    not_valid: bool,
    comment: Option<&'a String>,
}

fn details(constraint: &Constraint) -> Details<'_> {
    let (not_valid, comment) = match constraint {
        Constraint::PrimaryKey(key) => (false, key.comment.as_ref()),
        Constraint::ForeignKey(key) => (key.not_valid, key.comment.as_ref()),
        Constraint::Unique(unique) => (false, unique.comment.as_ref()),
        Constraint::Check(check) => (check.not_valid, check.comment.as_ref()),
        Constraint::Exclude(_) => (false, None),
    };
    Details { not_valid, comment }
}

fn origin(constraint: &Constraint) -> &Origin {
    match constraint {
        Constraint::PrimaryKey(key) => &key.origin,
        Constraint::ForeignKey(key) => &key.origin,
        Constraint::Unique(unique) => &unique.origin,
        Constraint::Check(check) => &check.origin,
        Constraint::Exclude(exclude) => &exclude.origin,
    }
}

/// Returns a reference to a constraint; one without a name is called by its columns or condition.
fn constraint_ref(table: &Table, constraint: &Constraint) -> ObjectRef {
    let name = match (constraint.name(), constraint) {
        (Some(name), _) => name.to_owned(),
        (None, Constraint::Check(check)) => check.expr.canonical().to_owned(),
        (None, key) => format!("({})", key.columns().join(", ")),
    };
    ObjectRef::of_table(constraint.kind().object_kind(), name, table.name.to_string())
}

/// Returns the unique index that does what a unique constraint does and has no twin of its own.
fn carrier(constraint: &Constraint, candidates: &[Index], others: &[Index]) -> Option<usize> {
    let Constraint::Unique(unique) = constraint else { return None };
    candidates.iter().position(|index| {
        index.unique
            && index.predicate.is_none()
            && index.nulls_not_distinct == unique.nulls_not_distinct
            && unique.deferrable == crate::Deferrable::No
            && plain_columns(index).is_some_and(|columns| columns == unique.columns)
            && !others.iter().any(|other| same_index(other, index))
    })
}

fn deferrable(deferrable: crate::Deferrable) -> &'static str {
    match deferrable {
        crate::Deferrable::No => "no",
        crate::Deferrable::Immediate => "initially immediate",
        crate::Deferrable::Deferred => "initially deferred",
    }
}

fn action(action: &crate::ReferentialAction) -> String {
    use crate::ReferentialAction::{Cascade, NoAction, Restrict, SetDefault, SetNull};
    let columns = |columns: &[String]| {
        if columns.is_empty() { String::new() } else { format!(" ({})", columns.join(", ")) }
    };
    match action {
        NoAction => "NO ACTION".to_owned(),
        Restrict => "RESTRICT".to_owned(),
        Cascade => "CASCADE".to_owned(),
        SetNull(of) => format!("SET NULL{}", columns(of)),
        SetDefault(of) => format!("SET DEFAULT{}", columns(of)),
    }
}
