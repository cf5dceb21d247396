//! Imports: which module names which, whether that exists, and what running env.py reaches.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use trueup_schema::Location;
use trueup_schema::facts::{ImportFacts, ImportResolution};
use trueup_schema::revision::edit_distance;

use super::digest::{Digest, Import};
use super::listing::Listing;
use crate::Sources;

/// How many similar names are offered for one that is missing.
const MAX_SIMILAR: usize = 3;

/// A module of the project with what its text tells.
pub(crate) struct Parsed {
    /// Dotted name.
    pub(crate) name: String,
    /// Project-relative path.
    pub(crate) path: std::sync::Arc<str>,
    /// Text.
    pub(crate) text: Rc<str>,
    /// It is a package.
    pub(crate) is_package: bool,
    /// What the text tells.
    pub(crate) digest: Digest,
}

/// Answers which modules exist and what they bind.
pub(crate) struct Resolver<'a> {
    sources: Rc<dyn Sources>,
    parsed: HashMap<&'a str, &'a Parsed>,
    /// Top-level folders without `__init__.py` through which some import does resolve.
    proven_namespaces: HashSet<String>,
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(sources: Rc<dyn Sources>, modules: &'a [Parsed]) -> Self {
        let parsed: HashMap<&str, &Parsed> =
            modules.iter().map(|module| (module.name.as_str(), module)).collect();
        let mut resolver = Self { sources, parsed, proven_namespaces: HashSet::new() };
        for import in modules.iter().flat_map(|module| &module.digest.imports) {
            let top_level = top_level(&import.module);
            if !resolver.proven_namespaces.contains(top_level)
                && import.module.contains('.')
                && resolver.is_module(&import.module)
            {
                resolver.proven_namespaces.insert(top_level.to_owned());
            }
        }
        resolver
    }

    fn is_module(&self, name: &str) -> bool {
        self.parsed.contains_key(name) || self.sources.module(name).is_some()
    }

    fn exists(&self, name: &str) -> bool {
        self.is_module(name) || self.sources.is_namespace(name)
    }

    /// Tells whether a module that is not there must be missing, rather than come from an installed package.
    fn must_be_ours(&self, module: &str) -> bool {
        let top_level = top_level(module);
        if crate::host::is_outside(top_level) || !self.sources.owns(top_level) {
            return false;
        }
        self.is_module(top_level) || self.proven_namespaces.contains(top_level)
    }

    /// Returns the facts of one import statement, one for each name.
    pub(crate) fn facts(&self, module: &Parsed) -> Vec<ImportFacts> {
        let mut facts = Vec::new();
        for record in &module.digest.imports {
            let names: Vec<Option<&str>> = if record.names.is_empty() {
                vec![None]
            } else {
                record.names.iter().map(|name| Some(name.as_str())).collect()
            };
            for name in names {
                facts.push(ImportFacts {
                    module: record.module.clone(),
                    name: name.map(str::to_owned),
                    location: Location::at(module.path.clone(), record.span),
                    text: statement_text(&module.text, record),
                    type_checking: record.type_checking,
                    guarded: record.in_try,
                    deferred: record.in_function,
                    resolution: self.resolve(&record.module, name),
                });
            }
        }
        facts
    }

    fn resolve(&self, module: &str, name: Option<&str>) -> ImportResolution {
        if crate::host::is_outside(top_level(module)) {
            return ImportResolution::External;
        }
        if !self.exists(module) {
            let missing = self.must_be_ours(module) && !self.has_dynamic_ancestor(module);
            return if missing { ImportResolution::MissingModule } else { ImportResolution::External };
        }
        let Some(name) = name.filter(|name| *name != "*") else { return ImportResolution::Project };
        if self.exists(&format!("{module}.{name}")) || is_implicit(name) {
            return ImportResolution::Project;
        }
        if !self.is_module(module) {
            // A namespace package binds nothing but its modules; parts of it may be installed elsewhere.
            return ImportResolution::External;
        }
        match self.binds(module, name, &mut HashSet::new()) {
            Some(true) => ImportResolution::Project,
            None => ImportResolution::External,
            Some(false) => ImportResolution::MissingName(self.similar(module, name)),
        }
    }

    /// Tells whether a package on the way extends its own path or makes modules at run time.
    fn has_dynamic_ancestor(&self, module: &str) -> bool {
        ancestors(module).any(|package| {
            self.parsed.get(package).is_some_and(|parsed| {
                parsed.text.contains("__path__")
                    || parsed.text.contains("sys.modules")
                    || parsed.text.contains("sys.meta_path")
            })
        })
    }

    /// Tells whether a module binds a name; `None` when its text does not tell.
    fn binds(&self, module: &str, name: &str, seen: &mut HashSet<String>) -> Option<bool> {
        if !seen.insert(module.to_owned()) {
            return Some(false);
        }
        let digest = &self.parsed.get(module)?.digest;
        let bound = &digest.bound;
        if bound.names.contains(name) {
            return Some(true);
        }
        if bound.dynamic {
            return None;
        }
        let mut doubt = false;
        for record in digest.imports.iter().filter(|record| record.names.iter().any(|name| name == "*")) {
            if !self.is_module(&record.module) {
                doubt = true;
                continue;
            }
            match self.binds(&record.module, name, seen) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => doubt = true,
            }
        }
        if doubt { None } else { Some(false) }
    }

    fn similar(&self, module: &str, name: &str) -> Vec<String> {
        let Some(parsed) = self.parsed.get(module) else { return Vec::new() };
        let wanted = name.to_lowercase();
        let mut found: Vec<(usize, &String)> = parsed
            .digest
            .bound
            .names
            .iter()
            .filter(|candidate| !candidate.starts_with("__"))
            .map(|candidate| (edit_distance(&candidate.to_lowercase(), &wanted), candidate))
            .filter(|(distance, candidate)| *distance <= 1 + name.len().min(candidate.len()) / 4)
            .collect();
        found.sort();
        found.into_iter().take(MAX_SIMILAR).map(|(_, name)| name.clone()).collect()
    }

    /// Returns the modules that running one imports, its own packages first.
    fn imported_by(&self, parsed: &Parsed, with_functions: bool, found: &mut Vec<String>) {
        for record in &parsed.digest.imports {
            if record.type_checking || (record.in_function && !with_functions) {
                continue;
            }
            found.extend(ancestors(&record.module).map(str::to_owned));
            found.push(record.module.clone());
            for name in &record.names {
                let inner = format!("{}.{name}", record.module);
                if self.parsed.contains_key(inner.as_str()) {
                    found.push(inner);
                }
            }
        }
    }

    /// Returns the modules of the project that running `env` reaches, given those that were seen to run and those
    /// whose code was seen to list a folder.
    pub(crate) fn reached(&self, env: Option<&Parsed>, ran: &[String], listed: &BTreeSet<String>) -> Reached {
        let mut queue: Vec<String> = ran.to_vec();
        if let Some(env) = env {
            // The functions of env.py are run by Alembic, so their imports count too.
            self.imported_by(env, true, &mut queue);
        }
        let mut modules = BTreeSet::new();
        // Only what was seen to run: of what is imported beside that, much is imported lazily or not at all.
        let listings =
            ran.iter().filter_map(|name| Some((name, self.parsed.get(name.as_str())?.digest.listing)));
        let mut by_listing = env.is_some_and(|env| env.digest.listing != Listing::Nowhere);
        for (name, listing) in listings {
            by_listing |= match listing {
                Listing::Nowhere => false,
                Listing::InFunction => listed.contains(name),
                Listing::AtImport => true,
            };
        }
        while let Some(name) = queue.pop() {
            if !modules.insert(name.clone()) {
                continue;
            }
            queue.extend(ancestors(&name).map(str::to_owned));
            if let Some(parsed) = self.parsed.get(name.as_str()) {
                self.imported_by(parsed, false, &mut queue);
            }
        }
        Reached { modules, by_listing }
    }
}

/// What running env.py imports.
pub(crate) struct Reached {
    modules: BTreeSet<String>,
    /// Some of them import what they find in folders, so any other module may be imported as well.
    by_listing: bool,
}

impl Reached {
    /// Tells whether a module is known to be imported.
    pub(crate) fn contains(&self, module: &str) -> bool {
        self.modules.contains(module)
    }

    /// Tells whether a module is imported or may be.
    pub(crate) fn may_contain(&self, module: &str) -> bool {
        self.by_listing || self.contains(module)
    }
}

fn top_level(module: &str) -> &str {
    module.split('.').next().unwrap_or(module)
}

/// Returns the packages a module is in, outermost first.
fn ancestors(module: &str) -> impl Iterator<Item = &str> {
    module.match_indices('.').map(|(at, _)| &module[..at])
}

fn is_implicit(name: &str) -> bool {
    matches!(
        name,
        "__name__"
            | "__file__"
            | "__doc__"
            | "__path__"
            | "__package__"
            | "__spec__"
            | "__dict__"
            | "__loader__"
    )
}

/// Returns the statement in one line.
fn statement_text(text: &str, record: &Import) -> String {
    let range = record.span.start as usize..record.span.end as usize;
    let text = text.get(range).unwrap_or_default();
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > 120 {
        line = line.chars().take(117).collect::<String>() + "...";
    }
    line
}
