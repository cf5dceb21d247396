//! Revision files as modules: Alembic loads them by path, so they have no name that could be imported.

use std::rc::Rc;

use trueup_python::ast::ModuleAst;

use super::RevisionSource;
use crate::{Entry, LibraryVersion, SourceModule, Sources};

const PREFIX: &str = "__alembic_revision_";

/// The project's modules and, under names of our own, the revision files.
pub(super) struct WithRevisions {
    sources: Rc<dyn Sources>,
    revisions: Vec<RevisionSource>,
}

impl WithRevisions {
    pub(super) fn new(sources: Rc<dyn Sources>, revisions: &[RevisionSource]) -> Self {
        Self { sources, revisions: revisions.to_vec() }
    }
}

/// Returns the module name of a revision file; every attempt evaluates the file anew.
pub(super) fn module_name(number: usize, attempt: usize) -> String {
    format!("{PREFIX}{number}_{attempt}")
}

/// Tells whether a module is a revision file.
pub(super) fn is_revision(module: &str) -> bool {
    module.starts_with(PREFIX)
}

impl Sources for WithRevisions {
    fn module(&self, name: &str) -> Option<SourceModule> {
        let Some(rest) = name.strip_prefix(PREFIX) else { return self.sources.module(name) };
        let number: usize = rest.split('_').next()?.parse().ok()?;
        let revision = self.revisions.get(number)?;
        Some(SourceModule { path: revision.path.clone(), text: revision.text.clone(), is_package: false })
    }

    fn parsed(&self, path: &str, text: &str) -> Option<ModuleAst> {
        self.sources.parsed(path, text)
    }

    fn is_namespace(&self, name: &str) -> bool {
        self.sources.is_namespace(name)
    }

    fn entry(&self, path: &str) -> Option<Entry> {
        self.sources.entry(path)
    }

    fn library_version(&self, package: &str) -> Option<LibraryVersion> {
        self.sources.library_version(package)
    }

    fn owns(&self, top_level: &str) -> bool {
        self.sources.owns(top_level)
    }
}
