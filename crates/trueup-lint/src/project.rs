//! Questions about a project's Python that several rules ask.

use std::collections::BTreeSet;

use trueup_schema::Location;
use trueup_schema::facts::{ClassFacts, ModuleRole, ProjectFacts, RelationshipFacts};

/// Returns the paths of modules that a package of the same name hides, such as `app/models.py` beside `app/models/`.
pub(crate) fn shadowed_paths(facts: &ProjectFacts) -> BTreeSet<&str> {
    let packages: BTreeSet<&str> =
        facts.modules.iter().filter(|module| module.is_package).map(|module| module.name.as_str()).collect();
    let hidden =
        facts.modules.iter().filter(|module| !module.is_package && packages.contains(module.name.as_str()));
    hidden.map(|module| module.path.as_ref()).collect()
}

/// Tells which places of a project count: application code that Python can really import.
pub(crate) struct Living<'a> {
    shadowed: BTreeSet<&'a str>,
    tests: BTreeSet<&'a str>,
}

impl<'a> Living<'a> {
    pub(crate) fn new(facts: &'a ProjectFacts) -> Self {
        let tests = facts.modules.iter().filter(|module| module.role == ModuleRole::Test);
        Self { shadowed: shadowed_paths(facts), tests: tests.map(|module| module.path.as_ref()).collect() }
    }

    /// Tells whether a place is neither in a test nor in a module that another one hides.
    pub(crate) fn has(&self, location: Option<&Location>) -> bool {
        location.is_none_or(|location| {
            !self.shadowed.contains(location.path.as_ref()) && !self.tests.contains(location.path.as_ref())
        })
    }
}

/// Returns the class that a relationship belongs to.
pub(crate) fn class_of<'a>(
    facts: &'a ProjectFacts,
    relationship: &RelationshipFacts,
) -> Option<&'a ClassFacts> {
    facts.classes.iter().find(|class| class.name == relationship.class && class.module == relationship.module)
}

/// Returns the only class of a name in a registry, preferring none over a wrong one.
pub(crate) fn only_class<'a>(
    facts: &'a ProjectFacts,
    living: &Living<'_>,
    name: &str,
    registry: Option<usize>,
) -> Option<&'a ClassFacts> {
    let mut found = facts.classes.iter().filter(|class| {
        class.name == name
            && living.has(class.location.as_ref())
            && (registry.is_none() || class.registry == registry)
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// Returns a class with all classes it inherits from, as far as their bare names tell.
///
/// The flag tells whether every base is known, or is the class that a registry belongs to.
pub(crate) fn lineage<'a>(facts: &'a ProjectFacts, class: &'a ClassFacts) -> (Vec<&'a ClassFacts>, bool) {
    let mut line = vec![class];
    let mut complete = true;
    let mut at = 0;
    while let Some(member) = line.get(at).copied() {
        at += 1;
        for base in &member.bases {
            let name = base.rsplit('.').next().unwrap_or(base);
            match facts.classes.iter().find(|other| other.name == name) {
                Some(known) if line.iter().any(|other| std::ptr::eq(*other, known)) => {}
                Some(known) => line.push(known),
                None => complete &= is_declarative_base(facts, name),
            }
        }
    }
    (line, complete)
}

fn is_declarative_base(facts: &ProjectFacts, name: &str) -> bool {
    let owns = |label: &str| {
        label.strip_suffix(".metadata").is_some_and(|owner| owner.rsplit('.').next() == Some(name))
    };
    matches!(name, "DeclarativeBase" | "SQLModel" | "Model" | "MappedAsDataclass" | "AsyncAttrs")
        || facts.registries.iter().any(|registry| owns(&registry.label))
}

/// Returns the name that is nearest to one, if any is near.
pub(crate) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let distance =
        |other: &str| trueup_schema::revision::edit_distance(&other.to_lowercase(), &name.to_lowercase());
    let nearest = names.filter(|other| *other != name).min_by_key(|other| distance(other))?;
    (distance(nearest) <= 1 + name.chars().count() / 6).then_some(nearest)
}
