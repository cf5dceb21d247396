//! The source `sql:PATH`.

use std::path::Path;

use trueup_schema::{Diagnostic, Dialect, Location, Severity};

use super::Source;
use crate::config::{Configuration, normalize};
use crate::pipelines::check::replay_sql;
use crate::pipelines::run::{NotRun, RunFailure, RunFailureKind};
use crate::sql_source::{Defect, SqlFolder, init_folders, is_init_folder, read_folder, with_includes};

/// Replays a folder of SQL migrations, or one SQL file.
pub(super) fn read(configuration: &Configuration, path: &Path, dialect: Dialect) -> Result<Source, NotRun> {
    let shown = path.display();
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let absolute = normalize(&absolute);
    let root = if absolute.starts_with(&configuration.root) {
        configuration.root.clone()
    } else {
        normalize(&std::path::absolute(".").unwrap_or_default())
    };
    let folder = read_folder(&root, &absolute, is_init_folder(&absolute, &init_folders(&root)));
    if let Some(failure) = unreadable(&folder, &shown.to_string()) {
        return Err(failure.into());
    }
    if folder.migrations.is_empty() {
        let failure =
            RunFailure::new(RunFailureKind::Environment, format!("`{shown}` has no SQL files that go up"));
        return Err(failure.hint("the files of a migration end in .sql or .up.sql").into());
    }
    let mut pieces = Vec::new();
    for migration in &folder.migrations {
        let with = with_includes(&root, migration, dialect).map_err(|error| {
            let mut failure = RunFailure::new(RunFailureKind::Environment, error.message);
            failure.line =
                line_in(&migration.text, &error.location).filter(|_| error.location.path == migration.path);
            failure.location = Some(error.location);
            failure.hint("`\\ir` starts from the file's own folder, `\\i` from the project's")
        })?;
        pieces.extend(with);
    }
    let replayed = replay_sql(&pieces, dialect);
    let line = |location: &Location| {
        pieces
            .iter()
            .find(|piece| piece.path == location.path)
            .and_then(|piece| line_in(&piece.text, location))
    };
    if let Some(failed) =
        replayed.diagnostics.iter().find(|found| found.severity == Severity::Error && !is_open(found))
    {
        let mut failure = RunFailure::new(RunFailureKind::Environment, failed.message.clone());
        failure.location.clone_from(&failed.location);
        failure.line = failed.location.as_ref().and_then(line);
        failure.hints.extend(failed.help.clone());
        return Err(failure.into());
    }
    let mut source = Source::new(format!("the SQL of {shown}"), replayed.schema);
    for found in replayed.diagnostics.into_iter().filter(is_open) {
        let line = found.location.as_ref().and_then(line);
        source.unknown.push(super::NotKnown { message: found.message, location: found.location, line });
    }
    source.notes.extend(replayed.notices);
    Ok(source)
}

/// Tells whether a finding is about a statement that is not known rather than wrong.
fn is_open(found: &Diagnostic) -> bool {
    found.rule == "unproven-revision"
}

fn unreadable(folder: &SqlFolder, shown: &str) -> Option<RunFailure> {
    folder.defects.iter().find_map(|defect| match defect {
        Defect::MissingFolder => {
            let failure =
                RunFailure::new(RunFailureKind::Environment, format!("`{shown}` is no folder and no file"));
            Some(failure.hint("`sql:PATH` starts from the folder in which the command runs"))
        }
        Defect::Unreadable { path, problem } => {
            let message = format!("`{path}` {}", problem.reason);
            let mut failure = RunFailure::new(RunFailureKind::Environment, message);
            failure.location = Some(Location::file(path.clone()));
            Some(failure.hint("nothing of this file can be read; save it as UTF-8"))
        }
        // In what order they run is the folder's business; what they build is told all the same.
        Defect::DuplicateVersion { .. } | Defect::Gap { .. } => None,
    })
}

fn line_in(text: &str, location: &Location) -> Option<usize> {
    let before = text.get(..location.span?.start as usize)?;
    Some(before.matches('\n').count() + 1)
}
