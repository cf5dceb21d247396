//! The difference of two schemas as operations, in an order that works.
//!
//! The target is approached in phases on a working copy: what stands in the way goes first (views, triggers, foreign
//! keys), then tables, types, columns, keys and indexes, foreign keys, and last what reads them. Every operation is
//! applied to the working copy at once, so each phase sees what earlier ones really left, side effects included.
//!
//! Objects are matched by name; constraints and indexes that have no namesake are matched by content, so a new name
//! becomes a rename. Columns and tables are never guessed to be renamed: that would move data under another meaning.

mod columns;
mod compare;
mod constraints;
mod functions;
mod tables;
mod types;
mod unmodelled;
mod views;

pub use compare::{Compare, Difference, DifferenceKind, compare};

use crate::ops::{
    AlterSequence, CreateExtension, CreateNamespace, CreateSequence, DropExtension, DropNamespace,
    DropSequence, SetComment,
};
use functions::drop_function;
use unmodelled::Stage;

use crate::{ObjectKind, ObjectName, ObjectRef, Operation, Schema, Sequence};

/// A comparison that could not be made, because a source does not tell one side.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    /// What was to be compared.
    pub object: ObjectRef,
    /// Which property.
    pub property: &'static str,
    /// Why one side is not known.
    pub reason: String,
}

/// Returns the operations that turn `from` into `to`; what cannot be compared is left as it is.
pub fn diff(from: &Schema, to: &Schema) -> Vec<Operation> {
    diff_with_unknowns(from, to).0
}

/// Returns the operations that turn `from` into `to`, and the comparisons that could not be made.
pub fn diff_with_unknowns(from: &Schema, to: &Schema) -> (Vec<Operation>, Vec<Unknown>) {
    let mut differ =
        Differ { working: from.clone(), target: to, operations: Vec::new(), unknowns: Vec::new() };
    differ.run();
    (differ.operations, differ.unknowns)
}

struct Differ<'a> {
    working: Schema,
    target: &'a Schema,
    operations: Vec<Operation>,
    unknowns: Vec<Unknown>,
}

impl Differ<'_> {
    fn run(&mut self) {
        self.drop_unmodelled(Stage::Last);
        let views = self.going_views();
        self.drop_triggers_and_policies(&views);
        self.drop_views(views);
        self.drop_functions_early();
        self.drop_foreign_keys();
        self.drop_unmodelled(Stage::ForeignData);
        self.drop_tables();
        self.create_namespaces_and_extensions();
        self.drop_unused_types();
        self.create_types();
        self.create_unmodelled(Stage::Types);
        self.create_sequences();
        self.create_called_functions();
        self.drop_constraints_and_indexes();
        self.rename_constraints_and_indexes();
        self.change_columns();
        self.create_tables();
        self.add_constraints_and_indexes();
        self.change_tables();
        self.settle_sequences();
        self.create_unmodelled(Stage::ForeignData);
        self.create_functions_and_views();
        self.change_views();
        self.create_triggers_and_policies();
        self.drop_leftovers();
        self.create_unmodelled(Stage::Last);
        self.drop_unknown();
    }

    /// Records an operation and carries it out on the working copy.
    ///
    /// A target that no server would accept (a foreign key to nowhere) is still recorded: whoever applies it is told.
    fn emit(&mut self, operation: impl Into<Operation>) {
        let operation = operation.into();
        let _ = operation.apply(&mut self.working);
        self.operations.push(operation);
    }

    /// Emits an operation only if it can be carried out now.
    fn try_emit(&mut self, operation: impl Into<Operation>) -> bool {
        let operation = operation.into();
        let works = operation.apply(&mut self.working).is_ok();
        if works {
            self.operations.push(operation);
        }
        works
    }

    fn comments(&self) -> bool {
        self.target.dialect.has_comments()
    }

    fn set_comment(&mut self, target: ObjectRef, namespace: Option<&str>, comment: Option<&String>) {
        self.emit(SetComment { target, namespace: namespace.map(str::to_owned), comment: comment.cloned() });
    }

    fn create_namespaces_and_extensions(&mut self) {
        let target = self.target;
        for name in &target.namespaces {
            if !self.working.namespaces.contains(name) {
                self.emit(CreateNamespace { name: name.clone(), if_not_exists: false });
            }
        }
        for (name, extension) in &target.extensions {
            let existing = self.working.extensions.get(name);
            if existing.is_some_and(|existing| existing != extension) {
                self.emit(DropExtension { name: name.clone(), if_exists: false, cascade: false });
            }
            if !self.working.extensions.contains_key(name) {
                self.emit(CreateExtension { extension: extension.clone(), if_not_exists: false });
            }
        }
    }

    /// Creates missing sequences; owners may not exist yet, so they come later.
    fn create_sequences(&mut self) {
        let target = self.target;
        for (name, sequence) in &target.sequences {
            let serial = self.working.owner_of_relation(name).is_some();
            if !self.working.sequences.contains_key(name) && !serial {
                let sequence = Sequence { owned_by: None, ..sequence.clone() };
                self.emit(CreateSequence { sequence, if_not_exists: false });
            }
        }
    }

    fn settle_sequences(&mut self) {
        let target = self.target;
        let superfluous: Vec<ObjectName> = self
            .working
            .sequences
            .keys()
            .filter(|name| !target.sequences.contains_key(*name))
            .cloned()
            .collect();
        for name in superfluous {
            self.emit(DropSequence { name, if_exists: false, cascade: false });
        }
        for (name, sequence) in &target.sequences {
            let Some(existing) = self.working.sequences.get(name) else {
                self.emit(CreateSequence { sequence: sequence.clone(), if_not_exists: false });
                continue;
            };
            let same = existing.options.normal() == sequence.options.normal();
            let comment = existing.comment != sequence.comment;
            if !same || existing.owned_by != sequence.owned_by {
                self.emit(AlterSequence { sequence: sequence.clone() });
            } else if comment {
                let object = ObjectRef::new(ObjectKind::Sequence, name.name.as_str());
                self.set_comment(object, name.namespace.as_deref(), sequence.comment.as_ref());
            }
        }
    }

    /// Drops what only other objects kept in place.
    fn drop_leftovers(&mut self) {
        let target = self.target;
        for function in self.in_drop_order(|differ, key, _| !differ.target.functions.contains_key(key)) {
            self.emit(drop_function(&function));
        }
        self.drop_unmodelled(Stage::Types);
        self.drop_types();
        let extensions: Vec<String> = self
            .working
            .extensions
            .keys()
            .filter(|name| !target.extensions.contains_key(*name))
            .cloned()
            .collect();
        for name in extensions {
            self.emit(DropExtension { name, if_exists: false, cascade: false });
        }
        let namespaces: Vec<String> = self
            .working
            .namespaces
            .iter()
            .filter(|name| !target.namespaces.contains(name))
            .cloned()
            .collect();
        for name in namespaces {
            self.emit(DropNamespace { name, if_exists: false, cascade: false });
        }
    }
}
