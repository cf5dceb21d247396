//! `trueup edit REV`: opens the files of revisions in the user's editor.

use std::path::{Path, PathBuf};

use trueup_project::pipelines::edit::edit;
use trueup_project::wire::WritingWire;
use trueup_schema::revision::End;

use super::reading;
use crate::args::Global;
use crate::error::CommandError;
use crate::render::writing::Progress;

pub(crate) fn run(global: &Global, identifier: &str) -> Result<u8, CommandError> {
    let reading = match reading::read(global)? {
        Ok(reading) => reading,
        Err(code) => return Ok(code),
    };
    let history = &reading.history;
    let current = if identifier == "current" { Some(reading.current(global)?) } else { None };
    let revisions: Vec<usize> = match &current {
        Some(current) => current.revisions.clone(),
        None => history.graph.resolve(identifier)?.into_iter().filter_map(End::revision).collect(),
    };
    if revisions.is_empty() {
        return Err(match current {
            Some(current) if current.unknown.is_empty() => {
                CommandError::new(format!("{} has no revision applied", current.database))
                    .hint("name a revision; `trueup history` lists them")
            }
            Some(current) => return Ok(current.tell_unknown(global)),
            None => CommandError::new(format!("`{identifier}` names no revision file"))
                .hint("`trueup history` lists the revisions"),
        });
    }
    let files: Vec<&Path> = revisions.iter().map(|revision| history.path(*revision)).collect();
    let environment: Vec<(String, String)> = std::env::vars().collect();
    edit(&files, &environment)?;
    let files: Vec<PathBuf> = files.into_iter().map(Path::to_path_buf).collect();
    Progress::new(global).finish(&WritingWire::files("edit", &reading.configuration.root, &files))?;
    Ok(current.map_or(0, |current| current.tell_unknown(global)))
}
