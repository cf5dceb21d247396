//! Folders of plain SQL migrations, as the runners that people use with them would read them.
//!
//! A folder becomes an ordered list of [`SqlMigration`]s and what is wrong with it as a folder ([`Defect`]). The runner
//! is told from the names and from marks in the files; what the statements do is not looked at here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use trueup_schema::Span;

use crate::files::{self, Unreadable};

mod include;
mod name;
mod numbering;
mod section;

pub use include::{IncludeError, with_includes};
use name::{FileName, Role};

/// A folder of SQL files.
#[derive(Clone, Debug)]
pub struct SqlFolder {
    /// Project-relative path.
    pub path: Arc<str>,
    /// Whose files these are.
    pub layout: Layout,
    /// What runs, in the order in which it runs.
    pub migrations: Vec<SqlMigration>,
    /// What is wrong with the folder.
    pub defects: Vec<Defect>,
}

/// Whose files a folder holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Run once by a database container when it is created, in the order of the names.
    Init,
    /// `001_users.sql`, or names without a number, in order.
    Plain,
    /// `V1__users.sql`, `R__views.sql`, `U1__users.sql`.
    Flyway,
    /// `1_users.up.sql` and `1_users.down.sql`.
    UpDown,
    /// `-- migrate:up` and `-- migrate:down` in one file, or `-- +goose Up` and `-- +goose Down`.
    Marked,
    /// A folder per migration: `1_users/up.sql`, `1_users/migration.sql`.
    Folders,
}

/// One migration.
#[derive(Clone, Debug)]
pub struct SqlMigration {
    /// Its number or time as written, `001`, `20240517083000`, `1.2`; `None` without one.
    pub version: Option<String>,
    /// Project-relative path of the file that goes up.
    pub path: Arc<str>,
    /// Text of that file.
    pub text: Arc<str>,
    /// The part of it that goes up.
    pub up: Span,
    /// What goes down, if there is such a thing.
    pub down: Option<Down>,
}

/// The way back.
#[derive(Clone, Debug)]
pub struct Down {
    /// Project-relative path of the file.
    pub path: Arc<str>,
    /// Its text.
    pub text: Arc<str>,
    /// The part of it that goes down.
    pub span: Span,
}

/// What is wrong with a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Defect {
    /// The folder is not there.
    MissingFolder,
    /// Several files have the same version; positions in `migrations`.
    DuplicateVersion {
        /// The version.
        version: String,
        /// The migrations, in order.
        migrations: Vec<usize>,
    },
    /// Numbers are missing before a migration.
    Gap {
        /// The missing numbers, as the folder would write them.
        missing: Vec<String>,
        /// Position of the migration before the gap.
        before: usize,
        /// Position of the migration after the gap.
        after: usize,
    },
    /// A file cannot be read.
    Unreadable {
        /// Project-relative path.
        path: Arc<str>,
        /// Why.
        problem: Unreadable,
    },
}

impl SqlMigration {
    /// Returns the text that goes up.
    pub fn up_text(&self) -> &str {
        slice(&self.text, self.up)
    }
}

impl Down {
    /// Returns the text that goes down.
    pub fn down_text(&self) -> &str {
        slice(&self.text, self.span)
    }
}

fn slice(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize).unwrap_or_default()
}

/// Reads a folder of SQL files; `is_init` tells that a container runs it (see [`init_folders`]).
///
/// A single file is a folder of one.
pub fn read_folder(root: &Path, folder: &Path, is_init: bool) -> SqlFolder {
    let path = files::relative(root, folder);
    let mut found = SqlFolder { path, layout: Layout::Plain, migrations: Vec::new(), defects: Vec::new() };
    if !folder.exists() {
        found.defects.push(Defect::MissingFolder);
        return found;
    }
    let sources = sources(root, folder, &mut found.defects);
    found.layout = if is_init { Layout::Init } else { layout(&sources) };
    found.migrations = migrations(sources, found.layout);
    if !matches!(found.layout, Layout::Init) {
        numbering::check(&found.migrations, &mut found.defects);
    }
    found
}

/// A file that was read, before it is known what it is for.
struct Source {
    name: FileName,
    path: Arc<str>,
    text: Arc<str>,
}

fn sources(root: &Path, folder: &Path, defects: &mut Vec<Defect>) -> Vec<Source> {
    let mut out = Vec::new();
    for file in sql_files(folder) {
        let path = files::relative(root, &file);
        match files::read_source(&file) {
            Ok(text) => out.push(Source { name: FileName::parse(&file), path, text }),
            Err(problem) => defects.push(Defect::Unreadable { path, problem }),
        }
    }
    out
}

/// Returns the SQL files of the folder itself, or those of the folders below if it has none.
fn sql_files(folder: &Path) -> Vec<PathBuf> {
    if folder.is_file() {
        return vec![folder.to_path_buf()];
    }
    let all = files::with_extension(folder, &["sql", "SQL"]);
    let top: Vec<PathBuf> = all.iter().filter(|file| file.parent() == Some(folder)).cloned().collect();
    // Flyway reads the folders below as well.
    let is_flyway = all.iter().any(|file| FileName::parse(file).is_flyway);
    if top.is_empty() || is_flyway { all } else { top }
}

fn layout(sources: &[Source]) -> Layout {
    let any = |test: &dyn Fn(&Source) -> bool| sources.iter().any(test);
    if any(&|source| source.name.is_flyway) {
        Layout::Flyway
    } else if any(&|source| source.name.is_folder) {
        Layout::Folders
    } else if any(&|source| source.name.says_up) {
        Layout::UpDown
    } else if any(&|source| section::has_marks(&source.text)) {
        Layout::Marked
    } else {
        Layout::Plain
    }
}

fn migrations(sources: Vec<Source>, layout: Layout) -> Vec<SqlMigration> {
    let (downs, mut ups): (Vec<Source>, Vec<Source>) =
        sources.into_iter().partition(|source| layout != Layout::Init && source.name.role == Role::Down);
    ups.retain(|source| match layout {
        // Flyway passes over names that are not its own; baselines replace what is read anyway.
        Layout::Flyway => source.name.is_flyway && source.name.role != Role::Baseline,
        Layout::UpDown => source.name.says_up,
        // golang-migrate and its kin run only what has a number.
        Layout::Marked => source.name.version.is_some(),
        _ => true,
    });
    match layout {
        Layout::Init => ups.sort_by(|a, b| a.path.cmp(&b.path)),
        _ => ups.sort_by(|a, b| a.name.order().cmp(&b.name.order()).then_with(|| a.path.cmp(&b.path))),
    }
    ups.into_iter().map(|up| migration(up, &downs, layout)).collect()
}

fn migration(source: Source, downs: &[Source], layout: Layout) -> SqlMigration {
    let sections = match layout {
        Layout::Init => section::whole(&source.text),
        _ => section::sections(&source.text),
    };
    let marked =
        sections.down.map(|span| Down { path: source.path.clone(), text: source.text.clone(), span });
    let apart = || {
        let down = downs.iter().find(|down| down.name.undoes(&source.name))?;
        let span = section::whole(&down.text).up;
        Some(Down { path: down.path.clone(), text: down.text.clone(), span })
    };
    let down = marked.or_else(apart);
    SqlMigration { version: source.name.version, path: source.path, text: source.text, up: sections.up, down }
}

/// Names of files that describe containers.
const COMPOSE: &[&str] = &["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/// Returns the folders that a container's first start runs, as the compose files of a project mount them.
///
/// Only the short form is read: `- ./deploy/init:/docker-entrypoint-initdb.d`.
pub fn init_folders(root: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for file in COMPOSE.iter().map(|name| root.join(name)) {
        let Ok(text) = files::read_source(&file) else { continue };
        for line in text.lines() {
            let mount = line.trim().trim_start_matches("- ").trim_matches(['"', '\'', ' ']);
            let target = mount.split_once(":/docker-entrypoint-initdb.d");
            let Some((source, _)) = target.filter(|_| !mount.starts_with('#')) else { continue };
            out.push(crate::config::normalize(&root.join(source)));
        }
    }
    out
}

/// Tells whether a folder is one that a container's first start runs, by its mount or by its name.
pub fn is_init_folder(folder: &Path, mounted: &[PathBuf]) -> bool {
    mounted.iter().any(|mount| mount == folder || mount.starts_with(folder))
        || folder.file_name().is_some_and(|name| {
            let name = name.to_string_lossy();
            matches!(&*name, "initdb" | "initdb.d" | "docker-entrypoint-initdb.d")
        })
}

#[cfg(test)]
mod tests;
