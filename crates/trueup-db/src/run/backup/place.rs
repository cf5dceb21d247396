//! The file of a new backup: its name, and that it appears under it only when it is complete.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::BackupError;

/// Backups of one database, revision and second that are told apart; more are a mistake.
const MOST: usize = 1000;
/// Longest part of a name: file systems allow 255 bytes for all parts together.
const PART_BYTES: usize = 80;

/// A backup that is being written.
pub(super) struct NewFile {
    partial: PathBuf,
    path: PathBuf,
    is_kept: bool,
}

impl NewFile {
    /// Creates the temporary file, readable by its owner alone: it will have all of the database's data.
    pub(super) fn reserve(folder: &Path, name: &str, extension: &str) -> Result<Self, BackupError> {
        let doing = || format!("making a backup in `{}`", folder.display());
        create_folder(folder).map_err(|error| BackupError::failed(doing(), error))?;
        for number in 1..MOST {
            let counted = if number == 1 { String::new() } else { format!(".{number}") };
            let path = folder.join(format!("{name}{counted}.{extension}"));
            let partial = folder.join(format!(".{name}{counted}.{extension}.partial"));
            if path.exists() {
                continue;
            }
            match create(&partial) {
                Ok(_) => return Ok(Self { partial, path, is_kept: false }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(BackupError::failed(doing(), error)),
            }
        }
        Err(BackupError::failed(doing(), "too many backups of this second are there already"))
    }

    /// Returns the temporary file.
    pub(super) fn partial(&self) -> &Path {
        &self.partial
    }

    /// Gives the file its name, once it is on the disk; returns it and its size.
    pub(super) fn keep(mut self) -> Result<(PathBuf, u64), BackupError> {
        let write = || {
            let file = File::open(&self.partial)?;
            file.sync_all()?;
            let bytes = file.metadata()?.len();
            fs::rename(&self.partial, &self.path)?;
            sync_folder(&self.path)?;
            Ok(bytes)
        };
        let failed = |error: io::Error| {
            BackupError::failed(format!("writing the backup `{}`", self.path.display()), error)
        };
        let bytes = write().map_err(failed)?;
        self.is_kept = true;
        Ok((self.path.clone(), bytes))
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.is_kept {
            // What cannot be removed has a name that nobody takes for a backup.
            let _ = fs::remove_file(&self.partial);
        }
    }
}

/// Returns the name of a backup without its ending: database, revisions, time.
pub(super) fn file_name(database: &str, rows: &[String], time: &str) -> String {
    let revisions = if rows.is_empty() { "base".to_owned() } else { rows.join("+") };
    // The revisions' part has no hyphen, so that the parts can be told apart again.
    format!("{}-{}-{time}", part(database), part(&revisions).replace('-', "_"))
}

/// Returns the database in the name of a backup that [`file_name`] named.
pub(super) fn database_in(path: &Path) -> Option<String> {
    let stem = path.file_stem()?.to_str()?;
    let mut parts = stem.rsplitn(3, '-');
    let (time, _revisions, database) = (parts.next()?, parts.next()?, parts.next()?);
    let time = time.split_once('.').map_or(time, |(time, _)| time);
    let is_time = time.len() == "20270131T235959Z".len() && time.ends_with('Z') && time.contains('T');
    is_time.then(|| database.to_owned())
}

/// Returns a text as it stands in a file's name.
pub(super) fn part(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '.');
    let mut name: String = text.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    while name.len() > PART_BYTES {
        name.pop();
    }
    name.trim_start_matches('.').to_owned()
}

#[cfg(unix)]
fn create_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn create_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// On Unix a new name is on the disk only when its folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent().filter(|_| cfg!(unix)) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{database_in, file_name};

    #[test]
    fn names_tell_database_revisions_and_time() {
        let rows = ["a1".to_owned(), "b-2".to_owned()];
        let name = file_name("my/app-x", &rows, "20270131T235959Z");
        assert_eq!(name, "my_app-x-a1+b_2-20270131T235959Z");
        assert_eq!(file_name("app", &[], "20270131T235959Z"), "app-base-20270131T235959Z");
        for name in [format!("{name}.db"), format!("{name}.2.db")] {
            assert_eq!(database_in(name.as_ref()).as_deref(), Some("my_app-x"));
        }
        assert_eq!(database_in("saved-by-hand.db".as_ref()), None);
    }
}
