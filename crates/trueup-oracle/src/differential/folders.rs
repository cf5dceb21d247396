//! Projects on disk: each is judged as it stands, its revisions and its models, on both dialects.
//!
//! `env.py` has to connect to `sqlalchemy.url` of its configuration. A file `dialects` with the names of one or more
//! dialects narrows where the project is judged.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use trueup_schema::Dialect;

use super::driver::Driver;
use super::{Part, Verdict, judge_part};

/// Judges the projects in turn; returns whether there is no difference.
pub(super) fn run(folders: &[PathBuf], python: &Path) -> Result<bool> {
    let mut different = 0;
    for folder in folders {
        let root = folder.canonicalize().with_context(|| format!("cannot read {}", folder.display()))?;
        let wanted = std::fs::read_to_string(root.join("dialects")).unwrap_or_default();
        for dialect in [Dialect::Sqlite, Dialect::Postgresql] {
            if !wanted.trim().is_empty() && !wanted.contains(dialect.name()) {
                continue;
            }
            for (part, name) in [(Part::History, "revisions"), (Part::Models, "models")] {
                // A process for each command, as projects may spoil what they share: types, registries, events.
                let mut driver = Driver::single(python)?;
                let (root, head) =
                    (root.clone(), format!("{} {name} on {}", folder.display(), dialect.name()));
                let work = std::thread::Builder::new().stack_size(256 << 20);
                let verdict = work.spawn(move || judge_part(part, &root, dialect, &mut driver))?.join();
                match verdict.map_err(|_| anyhow::anyhow!("{head}: panic"))?? {
                    Verdict::Alike => println!("{head}: alike"),
                    Verdict::Refused(reason) => println!("{head}: refused by both: {reason}"),
                    Verdict::Different(what) => {
                        different += 1;
                        println!("{head}: DIFFERENT\n  {}", what.replace('\n', "\n  "));
                    }
                }
            }
        }
    }
    Ok(different == 0)
}
