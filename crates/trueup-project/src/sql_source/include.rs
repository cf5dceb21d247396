//! Files that read others: `\i` and `\ir` of psql.
//!
//! A file that reads another falls into pieces, and the other stands between them, so that every statement keeps its
//! own file and place.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use trueup_schema::{Dialect, Location, Span};

use super::SqlMigration;
use crate::files;

/// Deepest chain of files that read files.
const MAX_DEPTH: usize = 16;

/// Why a file cannot be put in its place.
#[derive(Clone, Debug)]
pub struct IncludeError {
    /// What is wrong.
    pub message: String,
    /// The command.
    pub location: Location,
}

/// Returns a migration with the files that it reads in their places.
///
/// `\i` starts from where psql is started, which nobody knows here: the project's folder and the file's own are tried.
///
/// # Errors
/// When a file is not there, cannot be read, or reads itself.
pub fn with_includes(
    root: &Path,
    migration: &SqlMigration,
    dialect: Dialect,
) -> Result<Vec<SqlMigration>, IncludeError> {
    let mut pieces = Vec::new();
    add_pieces(root, migration, dialect, &mut Vec::new(), &mut pieces)?;
    Ok(pieces)
}

fn add_pieces(
    root: &Path,
    migration: &SqlMigration,
    dialect: Dialect,
    open: &mut Vec<PathBuf>,
    pieces: &mut Vec<SqlMigration>,
) -> Result<(), IncludeError> {
    let includes = trueup_sql::includes(dialect, migration.up_text());
    let here = root.join(&*migration.path);
    let mut start = migration.up.start;
    for include in includes {
        let span = Span::new(migration.up.start + include.span.start, migration.up.start + include.span.end);
        let error =
            |message: String| IncludeError { message, location: Location::at(migration.path.clone(), span) };
        let folder = here.parent().unwrap_or(root);
        let candidates = if include.is_relative {
            vec![folder.join(&include.file)]
        } else {
            vec![root.join(&include.file), folder.join(&include.file)]
        };
        let Some(file) =
            candidates.into_iter().map(|file| crate::config::normalize(&file)).find(|file| file.is_file())
        else {
            return Err(error(format!(
                "`{}` reads `{}`, and there is no such file",
                migration.path, include.file
            )));
        };
        if file == crate::config::normalize(&here) || open.contains(&file) || open.len() >= MAX_DEPTH {
            return Err(error(format!(
                "`{}` reads `{}`, which reads it in turn",
                migration.path, include.file
            )));
        }
        let text = files::read_source(&file)
            .map_err(|problem| error(format!("`{}` {}", include.file, problem.reason)))?;
        pieces.push(SqlMigration { up: Span::new(start, span.start), down: None, ..migration.clone() });
        start = span.end;
        let inner = SqlMigration {
            version: None,
            path: files::relative(root, &file),
            up: Span::new(0, text.len() as u32),
            text: Arc::from(&*text),
            down: None,
        };
        open.push(crate::config::normalize(&here));
        add_pieces(root, &inner, dialect, open, pieces)?;
        open.pop();
    }
    pieces.push(SqlMigration { up: Span::new(start, migration.up.end), ..migration.clone() });
    Ok(())
}
