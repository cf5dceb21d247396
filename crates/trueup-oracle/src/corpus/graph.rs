//! The graph of a project as real Alembic sees it.
//!
//! Alembic's `ScriptDirectory` loads every revision module. The application is not installed, so whatever cannot be
//! imported, and SQLAlchemy too, is a stand-in that answers everything; a graph needs nothing else of it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use trueup_schema::revision::RevisionGraph;

use crate::venv;

/// The facts that must be the same on both sides.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Facts {
    /// Ids without a successor.
    pub heads: BTreeSet<String>,
    /// Ids without a predecessor.
    pub bases: BTreeSet<String>,
    /// Ids with several predecessors.
    pub merges: BTreeSet<String>,
    /// All ids.
    pub revisions: BTreeSet<String>,
}

const PROGRAM: &str = r#"
import importlib.abc, importlib.machinery, json, sys, types
from unittest.mock import MagicMock

class Loader(importlib.abc.Loader):
    def create_module(self, spec):
        module = types.ModuleType(spec.name)
        module.__path__ = []
        def answer(name):
            if name.startswith("__"):
                raise AttributeError(name)
            return MagicMock()
        module.__getattr__ = answer
        return module
    def exec_module(self, module):
        pass

class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] == "alembic":
            return None
        return importlib.machinery.ModuleSpec(name, Loader(), is_package=True)

from alembic.script import ScriptDirectory
# A revision may be written for another SQLAlchemy, or hand a stand-in to it: for revisions it is a stand-in as well.
class Shadow(Finder):
    def find_spec(self, name, path, target=None):
        return Finder.find_spec(self, name, path) if name.split(".")[0] == "sqlalchemy" else None

for name in [name for name in sys.modules if name.split(".")[0] == "sqlalchemy"]:
    del sys.modules[name]
sys.meta_path.insert(0, Shadow())
sys.meta_path.append(Finder())
folders = sys.argv[1:]
script = ScriptDirectory(folders[0], version_locations=folders)
revisions = list(script.walk_revisions())
print(json.dumps({
    "heads": list(script.get_heads()),
    "bases": list(script.get_bases()),
    "merges": [r.revision for r in revisions if r.is_merge_point],
    "revisions": [r.revision for r in revisions],
}))
"#;

/// Asks real Alembic.
pub fn alembic(folders: &[PathBuf]) -> Result<Facts> {
    let python = venv::python("alembic", &["alembic"])?;
    let output = Command::new(&python)
        .args(["-c", PROGRAM])
        .args(folders)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .context("cannot run Python")?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("Alembic: {}", errors.trim().lines().last().unwrap_or_default());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(text.trim().lines().last().unwrap_or_default()).context("Alembic's answer")
}

/// Returns the same facts of our graph.
pub fn ours(graph: &RevisionGraph) -> Facts {
    let set = |indices: &[usize]| graph.ids(indices).into_iter().collect();
    Facts {
        heads: set(graph.heads()),
        bases: set(graph.bases()),
        merges: set(&graph.merge_points()),
        revisions: set(graph.order()),
    }
}

/// Returns what differs, in words.
pub fn differences(alembic: &Facts, ours: &Facts) -> Vec<String> {
    let mut out = Vec::new();
    for (what, theirs, mine) in [
        ("revisions", &alembic.revisions, &ours.revisions),
        ("heads", &alembic.heads, &ours.heads),
        ("bases", &alembic.bases, &ours.bases),
        ("merges", &alembic.merges, &ours.merges),
    ] {
        let list = |ids: BTreeSet<&String>| ids.into_iter().take(5).cloned().collect::<Vec<_>>().join(", ");
        let (lost, invented) =
            (list(theirs.difference(mine).collect()), list(mine.difference(theirs).collect()));
        if !lost.is_empty() || !invented.is_empty() {
            out.push(format!("graph {what}: only Alembic has [{lost}], only we have [{invented}]"));
        }
    }
    out
}
