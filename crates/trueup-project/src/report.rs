//! What a command found and did: the only thing that renderers see.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use trueup_schema::{Diagnostic, Location, Severity};

/// The result of a command.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Name of the command.
    pub command: &'static str,
    /// What was read.
    pub project: Summary,
    /// Findings, most important first.
    pub diagnostics: Vec<Diagnostic>,
    /// Texts of the files that findings point into.
    pub texts: Texts,
    /// What kept a part of the command from running, such as a database that cannot be reached.
    pub failure: Option<Failure>,
}

/// What was read of a project.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// The configuration file, relative to the project.
    pub config: Option<String>,
    /// The dialect that everything was read for.
    pub dialect: Option<&'static str>,
    /// Number of revision files.
    pub revisions: usize,
    /// Heads of the graph.
    pub heads: Vec<String>,
    /// Number of tables of the models, or of the revisions where there are no models.
    pub tables: usize,
    /// Revisions whose effect is known in full.
    pub proved: usize,
    /// Revisions of which a part is not known.
    pub unproven: usize,
    /// The database, without password.
    pub database: Option<String>,
    /// What was compared and checked, in words for the last line of the text output.
    pub checked: Vec<&'static str>,
    /// Things that a reader of the result should know and that are no findings.
    pub notes: Vec<String>,
    /// How long it took.
    pub elapsed: Duration,
}

/// Why a part of a command could not run: exit code 2, whatever was found.
#[derive(Clone, Debug)]
pub struct Failure {
    /// One sentence.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl Report {
    /// Returns how many findings have a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }

    /// Tells whether there is a finding at or above a severity.
    pub fn fails_at(&self, severity: Severity) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity >= severity)
    }
}

/// Texts of files by project-relative path, with fast conversion of offsets to lines.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    files: BTreeMap<Arc<str>, Text>,
}

#[derive(Clone, Debug)]
struct Text {
    text: Arc<str>,
    line_starts: std::cell::OnceCell<Vec<u32>>,
}

/// A position in a file: line and column from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Texts {
    /// Adds a file's text.
    pub fn insert(&mut self, path: Arc<str>, text: Arc<str>) {
        self.files.insert(path, Text { text, line_starts: std::cell::OnceCell::new() });
    }

    /// Returns a file's text.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(|file| &*file.text)
    }

    /// Returns the paths of all files.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(|path| &**path)
    }

    /// Returns line and column of a byte offset.
    pub fn position(&self, path: &str, offset: u32) -> Option<Position> {
        let file = self.files.get(path)?;
        let starts = file.line_starts.get_or_init(|| line_starts(&file.text));
        let offset = offset.min(file.text.len() as u32);
        let line = starts.partition_point(|start| *start <= offset);
        let start = starts[line - 1] as usize;
        let column = file.text.get(start..offset as usize).map_or(0, |before| before.chars().count()) + 1;
        Some(Position { line, column })
    }

    /// Returns where a location starts and ends.
    pub fn range(&self, location: &Location) -> Option<(Position, Position)> {
        let span = location.span?;
        Some((
            self.position(&location.path, span.start)?,
            self.position(&location.path, span.end.max(span.start))?,
        ))
    }
}

fn line_starts(text: &str) -> Vec<u32> {
    let mut starts = vec![0];
    starts.extend(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1));
    starts
}

impl trueup_lint::suppress::Sources for Texts {
    fn text(&self, path: &str) -> Option<&str> {
        self.get(path)
    }

    fn paths(&self) -> Vec<&str> {
        Texts::paths(self).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_become_lines_and_columns_of_characters() {
        let mut texts = Texts::default();
        texts.insert("a.py".into(), "é = 1\nb = 2\n".into());
        assert_eq!(texts.position("a.py", 0), Some(Position { line: 1, column: 1 }));
        assert_eq!(texts.position("a.py", 3), Some(Position { line: 1, column: 3 }));
        assert_eq!(texts.position("a.py", 7), Some(Position { line: 2, column: 1 }));
        assert_eq!(texts.position("a.py", 999), Some(Position { line: 3, column: 1 }));
        assert_eq!(texts.position("b.py", 0), None);
    }
}
