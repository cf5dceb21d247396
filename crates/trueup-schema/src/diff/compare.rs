//! Differences as a person wants them: one per object or property, however many operations would mend it.
//!
//! An extra table is one difference and not one per column; a constraint under another name is one difference and not
//! a lost and a new one; what only follows from a missing column is left out.

mod keys;

use std::sync::Arc;

use super::columns::same_generated;
use super::constraints::match_up;
use crate::expr::Likeness;
use crate::ops::lookup;
use crate::ops::render;
use crate::{
    Column, Dialect, Function, Generated, ObjectKind, ObjectName, ObjectRef, Origin, Policy, Schema,
    Sequence, Severity, SqlExpr, Table, Trigger, TypeKind, View,
};

/// What to compare.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compare {
    /// Only objects of these namespaces, the default one by its name (`public`, `main`); `None` is all.
    pub namespaces: Option<Vec<String>>,
    /// Tables, views and sequences to leave out, such as the version table.
    pub ignore: Vec<ObjectName>,
    /// Kinds that one side cannot describe, such as triggers in models.
    pub ignore_kinds: Vec<ObjectKind>,
    /// Compare constraints and indexes by what they do: names may differ or be missing, and uniqueness may be carried
    /// by an index or by a constraint. Such differences are reported as [`Severity::Info`].
    pub by_meaning: bool,
}

/// One difference between what is expected and what is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The object.
    pub object: ObjectRef,
    /// What is different.
    pub kind: DifferenceKind,
    /// [`Severity::Info`] for what means the same under another name or form.
    pub severity: Severity,
    /// Where the expected side declares the object, or its table where it declares nothing of it.
    pub expected_origin: Origin,
    /// Where the actual side declares it.
    pub actual_origin: Origin,
}

/// In what way two sides differ.
#[derive(Clone, Debug, PartialEq)]
pub enum DifferenceKind {
    /// There, but not expected.
    Added,
    /// Expected, but not there.
    Removed,
    /// There on both sides with another property.
    Changed {
        /// The property in words, such as `type`, `default`, `condition`, `name`.
        property: &'static str,
        /// Its value on the expected side.
        expected: String,
        /// Its value on the actual side.
        actual: String,
    },
    /// A source does not tell one side.
    Unknown {
        /// The property in words.
        property: &'static str,
        /// Why it is not known.
        reason: String,
    },
}

/// Returns the differences of two schemas, in the order of the expected one, then what is only in the actual one.
pub fn compare(expected: &Schema, actual: &Schema, options: &Compare) -> Vec<Difference> {
    let mut comparison = Comparison { expected, actual, options, found: Vec::new() };
    comparison.run();
    let mut found = comparison.found;
    found.retain(|difference| !options.ignore_kinds.contains(&difference.object.kind));
    found
}

struct Comparison<'a> {
    expected: &'a Schema,
    actual: &'a Schema,
    options: &'a Compare,
    found: Vec<Difference>,
}

/// Where both sides of an object are declared.
#[derive(Clone, Copy)]
struct Places<'a>(&'a Origin, &'a Origin);

/// Kinds of what is not modelled that an inspection names and a text does not.
const UNTOLD: [&str; 10] = [
    "column storage",
    "privileges",
    "comment",
    "replica identity",
    "trigger firing mode",
    "view options",
    "typed table",
    "table access method",
    "constraint that is not enforced",
    "temporal constraint",
];

static NOWHERE: Origin = Origin(None);

impl Comparison<'_> {
    fn run(&mut self) {
        self.names();
        self.types();
        self.tables();
        self.sequences();
        self.views();
        self.functions();
    }

    fn report(&mut self, object: ObjectRef, kind: DifferenceKind, places: Places<'_>) {
        let (expected_origin, actual_origin) = (places.0.clone(), places.1.clone());
        let severity = Severity::Error;
        self.found.push(Difference { object, kind, severity, expected_origin, actual_origin });
    }

    fn report_info(&mut self, object: ObjectRef, kind: DifferenceKind, places: Places<'_>) {
        self.report(object, kind, places);
        if let Some(last) = self.found.last_mut() {
            last.severity = Severity::Info;
        }
    }

    /// Reports a property if its two values differ.
    fn property(
        &mut self,
        object: &ObjectRef,
        property: &'static str,
        expected: impl ToString,
        actual: impl ToString,
        places: Places<'_>,
    ) {
        let (expected, actual) = (expected.to_string(), actual.to_string());
        if expected != actual {
            let kind = DifferenceKind::Changed { property, expected, actual };
            self.report(object.clone(), kind, places);
        }
    }

    fn comments(&self) -> bool {
        self.expected.dialect.has_comments()
    }

    /// Namespaces, extensions and what is not modelled.
    fn names(&mut self) {
        let (expected, actual) = (self.expected, self.actual);
        let options = self.options;
        let wanted = |name: &&String| options.namespaces.as_ref().is_none_or(|all| all.contains(name));
        let missing: Vec<_> = expected
            .namespaces
            .iter()
            .filter(wanted)
            .filter(|name| !actual.namespaces.contains(name))
            .collect();
        let extra: Vec<_> = actual
            .namespaces
            .iter()
            .filter(wanted)
            .filter(|name| !expected.namespaces.contains(name))
            .collect();
        let nowhere = Places(&NOWHERE, &NOWHERE);
        for name in missing {
            self.report(
                ObjectRef::new(ObjectKind::Namespace, name.as_str()),
                DifferenceKind::Removed,
                nowhere,
            );
        }
        for name in extra {
            self.report(ObjectRef::new(ObjectKind::Namespace, name.as_str()), DifferenceKind::Added, nowhere);
        }
        for (name, extension) in &expected.extensions {
            if !actual.extensions.contains_key(name) {
                let object = ObjectRef::new(ObjectKind::Extension, name.as_str());
                self.report(object, DifferenceKind::Removed, Places(&extension.origin, &NOWHERE));
            }
        }
        for (name, extension) in &actual.extensions {
            // The server brings this one by itself.
            if !expected.extensions.contains_key(name) && name != "plpgsql" {
                let object = ObjectRef::new(ObjectKind::Extension, name.as_str());
                self.report(object, DifferenceKind::Added, Places(&NOWHERE, &extension.origin));
            }
        }
        for (here, there, kind) in
            [(expected, actual, DifferenceKind::Removed), (actual, expected, DifferenceKind::Added)]
        {
            // Who owns what depends on who ran the revisions.
            let compared =
                |object: &&crate::Unmodelled| object.kind != "owner" && !there.unmodelled.contains(object);
            for object in here.unmodelled.iter().filter(compared) {
                let untold = UNTOLD.iter().any(|kind| object.kind.ends_with(kind));
                let object = ObjectRef::new(ObjectKind::Database, format!("{} {}", object.kind, object.name));
                if untold {
                    // No source of text tells them, so their absence there says nothing.
                    let reason = "only a database tells of it".to_owned();
                    let kind = DifferenceKind::Unknown { property: "existence", reason };
                    self.report_info(object, kind, nowhere);
                } else {
                    self.report(object, kind.clone(), nowhere);
                }
            }
        }
    }

    fn types(&mut self) {
        let (expected, actual) = (self.expected, self.actual);
        let (dialect, options) = (expected.dialect, self.options);
        let labels = |labels: &[String]| {
            labels.iter().map(|label| render::literal(label)).collect::<Vec<_>>().join(", ")
        };
        for (name, here) in expected.enums.iter().filter(|(name, _)| is_wanted(dialect, options, name)) {
            let object = ObjectRef::new(ObjectKind::Enum, name.to_string());
            let Some(there) = actual.enums.get(name) else {
                self.report(object, DifferenceKind::Removed, Places(&here.origin, &NOWHERE));
                continue;
            };
            let places = Places(&here.origin, &there.origin);
            self.property(&object, "labels", labels(&here.labels), labels(&there.labels), places);
            self.comment(&object, here.comment.as_ref(), there.comment.as_ref(), places);
        }
        for (name, there) in actual.enums.iter().filter(|(name, _)| is_wanted(dialect, options, name)) {
            if !expected.enums.contains_key(name) {
                let object = ObjectRef::new(ObjectKind::Enum, name.to_string());
                self.report(object, DifferenceKind::Added, Places(&NOWHERE, &there.origin));
            }
        }
        for (name, here) in expected.domains.iter().filter(|(name, _)| is_wanted(dialect, options, name)) {
            let object = ObjectRef::new(ObjectKind::Domain, name.to_string());
            let Some(there) = actual.domains.get(name) else {
                self.report(object, DifferenceKind::Removed, Places(&here.origin, &NOWHERE));
                continue;
            };
            let places = Places(&here.origin, &there.origin);
            self.property(&object, "type", &here.base_type, &there.base_type, places);
            self.property(&object, "nullable", !here.not_null, !there.not_null, places);
            self.property(
                &object,
                "default",
                expr(here.default.as_ref()),
                expr(there.default.as_ref()),
                places,
            );
            let checks = |domain: &crate::Domain| {
                let mut checks: Vec<String> =
                    domain.checks.iter().map(|check| check.expr.canonical().to_owned()).collect();
                checks.sort();
                checks.join(" and ")
            };
            self.property(&object, "condition", checks(here), checks(there), places);
            self.comment(&object, here.comment.as_ref(), there.comment.as_ref(), places);
        }
        for (name, there) in actual.domains.iter().filter(|(name, _)| is_wanted(dialect, options, name)) {
            if !expected.domains.contains_key(name) {
                let object = ObjectRef::new(ObjectKind::Domain, name.to_string());
                self.report(object, DifferenceKind::Added, Places(&NOWHERE, &there.origin));
            }
        }
    }

    fn comment(
        &mut self,
        object: &ObjectRef,
        here: Option<&String>,
        there: Option<&String>,
        places: Places<'_>,
    ) {
        if self.comments() {
            let text =
                |comment: Option<&String>| comment.map(|text| render::literal(text)).unwrap_or_default();
            self.property(object, "comment", text(here), text(there), places);
        }
    }

    fn tables(&mut self) {
        let (expected, actual) = (self.expected, self.actual);
        let (dialect, options) = (expected.dialect, self.options);
        for (name, here) in expected.tables.iter().filter(|(name, _)| is_wanted(dialect, options, name)) {
            match actual.tables.get(name) {
                Some(there) if Arc::ptr_eq(here, there) => {}
                Some(there) => self.table(here, there),
                None => {
                    let object = ObjectRef::new(ObjectKind::Table, name.to_string());
                    self.report(object, DifferenceKind::Removed, Places(&here.origin, &NOWHERE));
                }
            }
        }
        for (name, there) in actual.tables.iter().filter(|(name, _)| is_wanted(dialect, options, name)) {
            if !expected.tables.contains_key(name) {
                let object = ObjectRef::new(ObjectKind::Table, name.to_string());
                self.report(object, DifferenceKind::Added, Places(&NOWHERE, &there.origin));
            }
        }
    }

    fn table(&mut self, here: &Table, there: &Table) {
        let object = ObjectRef::new(ObjectKind::Table, here.name.to_string());
        let places = Places(&here.origin, &there.origin);
        self.comment(&object, here.comment.as_ref(), there.comment.as_ref(), places);
        let storage = |table: &Table| {
            let pairs = table.storage.iter().map(|(name, value)| format!("{name}={value}"));
            pairs.collect::<Vec<_>>().join(", ")
        };
        let bound = |table: &Table| {
            table.partition_of.as_ref().map(|(parent, bound)| format!("{parent} {bound}")).unwrap_or_default()
        };
        let parents = |table: &Table| {
            let mut parents: Vec<String> = table.inherits.iter().map(ToString::to_string).collect();
            parents.sort();
            parents.join(", ")
        };
        let dialect = self.expected.dialect;
        let partitioning = |table: &Table| {
            let text = |partitioning: &crate::Partitioning| {
                let parts = partitioning.parts.iter().map(|part| render::part(dialect, part));
                format!("{} ({})", partitioning.strategy, parts.collect::<Vec<_>>().join(", "))
            };
            table.partitioning.as_ref().map(text).unwrap_or_default()
        };
        let grants = |table: &Table| {
            let text = |grant: &crate::Grant| {
                let option = if grant.grantable { " with grant option" } else { "" };
                format!("{} to {}{option}", grant.privilege, grant.role)
            };
            let mut grants: Vec<String> = table.grants.iter().map(text).collect();
            grants.sort();
            grants.join(", ")
        };
        let values = [
            ("partition of", bound(here), bound(there)),
            ("partitioning", partitioning(here), partitioning(there)),
            ("inheritance", parents(here), parents(there)),
            ("storage parameters", storage(here), storage(there)),
            ("module", text(here.virtual_module.as_ref()), text(there.virtual_module.as_ref())),
        ];
        for (property, expected, actual) in values {
            self.property(&object, property, expected, actual, places);
        }
        if grants(here) != grants(there) {
            let (expected, actual) = (grants(here), grants(there));
            let kind = DifferenceKind::Changed { property: "privileges", expected, actual };
            // Where the revisions never grant anything, somebody else does, and rightly.
            if self.expected.tables.values().any(|table| !table.grants.is_empty()) {
                self.report(object.clone(), kind, places);
            } else {
                self.report_info(object.clone(), kind, places);
            }
        }
        let flags = [
            ("unlogged", here.unlogged, there.unlogged),
            ("row security", here.row_security, there.row_security),
            ("forced row security", here.force_row_security, there.force_row_security),
            ("STRICT", here.strict, there.strict),
            ("WITHOUT ROWID", here.without_rowid, there.without_rowid),
        ];
        for (property, expected, actual) in flags {
            self.property(&object, property, expected, actual, places);
        }
        self.columns(here, there);
        self.keys(here, there);
        self.triggers(&here.name, (&here.triggers, &there.triggers), places);
        self.policies(here, there);
    }

    fn columns(&mut self, here: &Table, there: &Table) {
        let object = |name: &str| ObjectRef::of_table(ObjectKind::Column, name, here.name.to_string());
        for column in &here.columns {
            match there.column(&column.name) {
                Some(twin) => self.column(here, there, column, twin),
                None => {
                    let places = Places(place(&column.origin, &here.origin), &there.origin);
                    self.report(object(&column.name), DifferenceKind::Removed, places);
                }
            }
        }
        for column in there.columns.iter().filter(|column| here.column(&column.name).is_none()) {
            let places = Places(&here.origin, place(&column.origin, &there.origin));
            self.report(object(&column.name), DifferenceKind::Added, places);
        }
    }

    fn column(&mut self, here_table: &Table, there_table: &Table, here: &Column, there: &Column) {
        let object = ObjectRef::of_table(ObjectKind::Column, here.name.as_str(), here_table.name.to_string());
        let places =
            Places(place(&here.origin, &here_table.origin), place(&there.origin, &there_table.origin));
        let unknown =
            [&here.column_type, &there.column_type].into_iter().find_map(|found| match &found.kind {
                TypeKind::Unknown(reason) => Some(reason.clone()),
                _ => None,
            });
        match unknown {
            Some(reason) => {
                self.report(object.clone(), DifferenceKind::Unknown { property: "type", reason }, places);
            }
            None if here.column_type != there.column_type => {
                self.property(&object, "type", &here.column_type, &there.column_type, places);
            }
            None => {}
        }
        let key_not_null = self.expected.dialect.names_constraints();
        let nullable = |table: &Table, column: &Column| {
            let key = table.primary_key.as_ref().is_some_and(|key| key.columns.contains(&column.name));
            column.nullable && !(key && key_not_null)
        };
        self.property(&object, "nullable", nullable(here_table, here), nullable(there_table, there), places);
        // Another type alone makes another literal of the same default.
        let retyped = here.column_type != there.column_type
            && here.default.as_ref().is_some_and(|default| {
                let dialect = self.expected.dialect;
                let default = SqlExpr::default_value(dialect, default.text(), &there.column_type);
                Some(default) == there.default
            });
        let same_default = match (&here.default, &there.default) {
            (Some(left), Some(right)) => left.likeness(right, Some(there_table)) == Likeness::Same,
            (left, right) => left == right,
        };
        if !same_default && here.default.as_ref().is_some_and(|value| is_moment(here, value)) {
            let reason = "the server has stored the moment at which the default was set".to_owned();
            self.report_info(object.clone(), DifferenceKind::Unknown { property: "default", reason }, places);
        } else if !same_default && !retyped {
            self.property(
                &object,
                "default",
                expr(here.default.as_ref()),
                expr(there.default.as_ref()),
                places,
            );
        }
        let (left, right) = (here.generated.as_ref(), there.generated.as_ref());
        let renamed = self.options.by_meaning
            && matches!((left, right), (Some(Generated::Serial { .. }), Some(Generated::Serial { .. })));
        let retyped = match (left, right) {
            (Some(Generated::Computed(left)), Some(Generated::Computed(right))) => {
                left.stored == right.stored
                    && left.expr.likeness(&right.expr, Some(there_table)) == Likeness::Same
            }
            _ => false,
        };
        if !same_generated(left, right) && !renamed && !retyped {
            self.property(&object, "generated", generated(left), generated(right), places);
        }
        self.property(
            &object,
            "collation",
            text(here.collation.as_ref()),
            text(there.collation.as_ref()),
            places,
        );
        self.comment(&object, here.comment.as_ref(), there.comment.as_ref(), places);
    }

    fn triggers(&mut self, table: &ObjectName, (here, there): (&[Trigger], &[Trigger]), places: Places<'_>) {
        let object = |name: &str| ObjectRef::of_table(ObjectKind::Trigger, name, table.to_string());
        for trigger in here {
            let Some(twin) = there.iter().find(|twin| twin.name == trigger.name) else {
                let places = Places(place(&trigger.origin, places.0), places.1);
                self.report(object(&trigger.name), DifferenceKind::Removed, places);
                continue;
            };
            let places = Places(place(&trigger.origin, places.0), place(&twin.origin, places.1));
            let object = object(&trigger.name);
            let definitions = (&trigger.definition, &twin.definition);
            let owner = self.actual.table(table);
            self.definition(&object, "definition", definitions, owner, places);
            self.property(&object, "enabled", trigger.enabled, twin.enabled, places);
            self.comment(&object, trigger.comment.as_ref(), twin.comment.as_ref(), places);
        }
        for trigger in there.iter().filter(|trigger| !here.iter().any(|twin| twin.name == trigger.name)) {
            let places = Places(places.0, place(&trigger.origin, places.1));
            self.report(object(&trigger.name), DifferenceKind::Added, places);
        }
    }

    fn policies(&mut self, here: &Table, there: &Table) {
        let object = |name: &str| ObjectRef::of_table(ObjectKind::Policy, name, here.name.to_string());
        let text = |policy: &Policy| render::policy(&here.name, policy);
        for policy in &here.policies {
            let Some(twin) = there.policies.iter().find(|twin| twin.name == policy.name) else {
                let places = Places(place(&policy.origin, &here.origin), &there.origin);
                self.report(object(&policy.name), DifferenceKind::Removed, places);
                continue;
            };
            let places = Places(place(&policy.origin, &here.origin), place(&twin.origin, &there.origin));
            match same_policy(policy, twin, there) {
                Likeness::Same => {}
                Likeness::Different => {
                    self.property(&object(&policy.name), "definition", text(policy), text(twin), places);
                }
                Likeness::CannotTell => self.cannot_tell(&object(&policy.name), "definition", places),
            }
        }
        for policy in
            there.policies.iter().filter(|new| !here.policies.iter().any(|old| old.name == new.name))
        {
            let places = Places(&here.origin, place(&policy.origin, &there.origin));
            self.report(object(&policy.name), DifferenceKind::Added, places);
        }
    }

    /// Reports definitions that differ, or that may; those about a table know the types of its columns.
    fn definition(
        &mut self,
        object: &ObjectRef,
        property: &'static str,
        (here, there): (&SqlExpr, &SqlExpr),
        table: Option<&Table>,
        places: Places<'_>,
    ) {
        match here.likeness(there, table) {
            Likeness::Same => {}
            Likeness::Different => {
                self.property(object, property, here.canonical(), there.canonical(), places);
            }
            Likeness::CannotTell => self.cannot_tell(object, property, places),
        }
    }

    fn cannot_tell(&mut self, object: &ObjectRef, property: &'static str, places: Places<'_>) {
        let reason = "the server prints such a query in its own words".to_owned();
        self.report_info(object.clone(), DifferenceKind::Unknown { property, reason }, places);
    }

    fn sequences(&mut self) {
        let (expected, actual) = (self.expected, self.actual);
        let (dialect, options) = (expected.dialect, self.options);
        let settings =
            |sequence: &Sequence| render::sequence_options(&sequence.options.normal()).trim().to_lowercase();
        let owner = |sequence: &Sequence| {
            sequence.owned_by.as_ref().map(|(table, column)| format!("{table}.{column}")).unwrap_or_default()
        };
        for (name, here) in expected.sequences.iter().filter(|(name, _)| is_wanted(dialect, options, name)) {
            let object = ObjectRef::new(ObjectKind::Sequence, name.to_string());
            let Some(there) = actual.sequences.get(name) else {
                self.report(object, DifferenceKind::Removed, Places(&here.origin, &NOWHERE));
                continue;
            };
            let places = Places(&here.origin, &there.origin);
            self.property(&object, "options", settings(here), settings(there), places);
            self.property(&object, "owner", owner(here), owner(there), places);
            self.comment(&object, here.comment.as_ref(), there.comment.as_ref(), places);
        }
        for (name, there) in actual.sequences.iter().filter(|(name, _)| is_wanted(dialect, options, name)) {
            // One that belongs to an extra table or column goes with it.
            let follows = there.owned_by.as_ref().is_some_and(|(table, column)| {
                expected.table(table).is_none_or(|table| table.column(column).is_none())
            });
            if !expected.sequences.contains_key(name) && !follows {
                let object = ObjectRef::new(ObjectKind::Sequence, name.to_string());
                self.report(object, DifferenceKind::Added, Places(&NOWHERE, &there.origin));
            }
        }
    }

    fn views(&mut self) {
        let (expected, actual) = (self.expected, self.actual);
        let (dialect, options) = (expected.dialect, self.options);
        let object = |view: &View| {
            let kind = if view.materialized { ObjectKind::MaterializedView } else { ObjectKind::View };
            ObjectRef::new(kind, view.name.to_string())
        };
        for (name, here) in expected.views.iter().filter(|(name, _)| is_wanted(dialect, options, name)) {
            let Some(there) = actual.views.get(name) else {
                self.report(object(here), DifferenceKind::Removed, Places(&here.origin, &NOWHERE));
                continue;
            };
            let places = Places(&here.origin, &there.origin);
            let object = object(here);
            self.property(&object, "materialized", here.materialized, there.materialized, places);
            // Names given to the columns come back as aliases.
            let text = here.query.text().to_lowercase();
            let renames =
                !dialect.is_sqlite() && here.columns.iter().any(|name| !text.contains(&name.to_lowercase()));
            if renames && here.query.likeness(&there.query, None) == Likeness::Different {
                self.cannot_tell(&object, "query", places);
            } else {
                self.definition(&object, "query", (&here.query, &there.query), None, places);
            }
            self.comment(&object, here.comment.as_ref(), there.comment.as_ref(), places);
            self.indexes(name, (&here.indexes, &there.indexes), places);
            self.triggers(name, (&here.triggers, &there.triggers), places);
        }
        for (name, there) in actual.views.iter().filter(|(name, _)| is_wanted(dialect, options, name)) {
            if !expected.views.contains_key(name) {
                self.report(object(there), DifferenceKind::Added, Places(&NOWHERE, &there.origin));
            }
        }
    }

    fn functions(&mut self) {
        let (expected, actual) = (self.expected, self.actual);
        let (dialect, options) = (expected.dialect, self.options);
        let wanted = |(_, function): &(&String, &Function)| is_wanted(dialect, options, &function.name);
        let here: Vec<(&String, &Function)> = expected.functions.iter().filter(wanted).collect();
        let there: Vec<(&String, &Function)> = actual.functions.iter().filter(wanted).collect();
        for (key, function) in here {
            let object = ObjectRef::new(ObjectKind::Function, key.as_str());
            let Some(twin) = actual.functions.get(key) else {
                self.report(object, DifferenceKind::Removed, Places(&function.origin, &NOWHERE));
                continue;
            };
            let places = Places(&function.origin, &twin.origin);
            self.property(&object, "kind", &function.kind, &twin.kind, places);
            let definitions = (&function.definition, &twin.definition);
            self.definition(&object, "definition", definitions, None, places);
            self.comment(&object, function.comment.as_ref(), twin.comment.as_ref(), places);
        }
        for (key, function) in there {
            if !expected.functions.contains_key(key) {
                let object = ObjectRef::new(ObjectKind::Function, key.as_str());
                self.report(object, DifferenceKind::Added, Places(&NOWHERE, &function.origin));
            }
        }
    }
}

/// Tells whether a default is a string such as `'now()'`, which the server turns into a moment at once.
fn is_moment(column: &Column, default: &SqlExpr) -> bool {
    let time = column.column_type.name == "date" || column.column_type.name.starts_with("time");
    time && ["now", "now()", "today", "tomorrow", "yesterday"]
        .iter()
        .any(|word| default.canonical().eq_ignore_ascii_case(&format!("'{word}'")))
}

/// Compares policies of a table.
fn same_policy(left: &Policy, right: &Policy, table: &Table) -> Likeness {
    let conditions = [(&left.using, &right.using), (&left.with_check, &right.with_check)];
    let mut likeness = Likeness::Same;
    for pair in conditions {
        match pair {
            (Some(left), Some(right)) => match left.likeness(right, Some(table)) {
                Likeness::Same => {}
                Likeness::Different => return Likeness::Different,
                Likeness::CannotTell => likeness = Likeness::CannotTell,
            },
            (None, None) => {}
            _ => return Likeness::Different,
        }
    }
    let bare = |policy: &Policy| Policy { using: None, with_check: None, ..policy.clone() };
    if bare(left) == bare(right) { likeness } else { Likeness::Different }
}

fn is_wanted(dialect: Dialect, options: &Compare, name: &ObjectName) -> bool {
    let namespace = name.namespace.as_deref().unwrap_or(dialect.default_namespace());
    !options.ignore.contains(name)
        && options.namespaces.as_ref().is_none_or(|all| all.iter().any(|wanted| wanted == namespace))
}

/// Returns an object's own place, or else that of its table.
fn place<'a>(own: &'a Origin, table: &'a Origin) -> &'a Origin {
    if own.0.is_some() { own } else { table }
}

fn expr(expr: Option<&SqlExpr>) -> String {
    expr.map(|expr| expr.canonical().to_owned()).unwrap_or_default()
}

fn text(text: Option<&String>) -> String {
    text.cloned().unwrap_or_default()
}

fn generated(generated: Option<&Generated>) -> String {
    match generated {
        None => String::new(),
        Some(Generated::Serial { sequence }) => format!("serial, sequence {sequence}"),
        Some(Generated::Identity(identity)) => render::identity(identity).to_lowercase(),
        Some(Generated::Computed(computed)) => {
            let stored = if computed.stored { "stored" } else { "virtual" };
            format!("{} {stored}", computed.expr.canonical())
        }
    }
}
