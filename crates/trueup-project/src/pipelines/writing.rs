//! Writing files: what is told of each, and how a half-written one is never left.
//!
//! Commands that write tell what they do while they do it, because hooks and disks take their time; whoever renders
//! decides what becomes of it.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::report::Failure;

/// Something that a writing command tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A step begins: `Generating /project/versions/a.py`. Whether its end is told in the same line.
    Begins(&'a str, SameLine),
    /// The step is done.
    Done,
    /// The step has failed; why is told by the command's error.
    Failed,
    /// A sentence for the reader.
    Says(&'a str),
    /// Something that is wrong but does not stop the command, and what to do next.
    Warns(&'a str, Option<&'a str>),
}

/// Whether a step's end is told in the line of its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameLine {
    /// It is.
    Yes,
    /// It is not: something else writes in between.
    No,
}

/// Takes what is told.
pub type Tell<'a> = dyn FnMut(Event<'_>) + 'a;

/// Does something and tells of its beginning and its end.
pub(crate) fn step<T, E>(
    tell: &mut Tell<'_>,
    what: &str,
    act: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    tell(Event::Begins(what, SameLine::Yes));
    let result = act();
    tell(if result.is_ok() { Event::Done } else { Event::Failed });
    result
}

/// Makes a folder and those above it, where it is not there.
pub(crate) fn ensure_directory(path: &Path, tell: &mut Tell<'_>) -> Result<Option<PathBuf>, Failure> {
    if path.exists() {
        return Ok(None);
    }
    step(tell, &format!("Creating directory {}", path.display()), || {
        fs::create_dir_all(path).map_err(|error| cannot("make the folder", path, &error))
    })?;
    Ok(Some(path.to_path_buf()))
}

/// Writes a file that is not there yet: all of it or nothing.
pub(crate) fn create(path: &Path, text: &str) -> Result<(), Failure> {
    if path.symlink_metadata().is_ok() {
        return Err(exists(path));
    }
    replace(path, text)
}

/// Writes a file, in place of the one that may be there: all of it or nothing.
///
/// The text goes into a file beside it first, whose name no reader of revisions takes, and is moved when it is whole.
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = write_and_move(&temporary, path, text);
    if written.is_err() {
        // It may not even have been made; the first error is the one to tell.
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(|error| cannot("write", path, &error))
}

fn write_and_move(temporary: &Path, path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::File::create(temporary)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    if let Ok(old) = fs::metadata(path) {
        fs::set_permissions(temporary, old.permissions())?;
    }
    fs::rename(temporary, path)
}

/// Returns the failure of a file that is in the way.
pub(crate) fn exists(path: &Path) -> Failure {
    Failure {
        message: format!("`{}` exists already", path.display()),
        hint: Some("move it away, or choose another message or id".to_owned()),
    }
}

pub(crate) fn cannot(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure { message: format!("cannot {what} `{}`: {error}", path.display()), hint: None }
}

/// Returns a path that starts from a folder, without `.` and `..`.
pub(crate) fn absolute(directory: &Path, path: &Path) -> PathBuf {
    let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let base = directory.canonicalize().unwrap_or_else(|_| directory.to_path_buf());
    crate::config::normalize(&base.join(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("a.py");
        create(&file, "x = 1\n").expect("it can be written");
        let error = create(&file, "x = 2\n").expect_err("it is there");
        assert!(error.message.ends_with("a.py` exists already"), "{}", error.message);
        replace(&file, "x = 3\n").expect("it can be replaced");
        assert_eq!(fs::read_to_string(&file).expect("it is there"), "x = 3\n");
        let names = fs::read_dir(folder.path()).expect("the folder is there").count();
        assert_eq!(names, 1);
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let taken = folder.path().join("a.py");
        fs::create_dir(&taken).expect("a folder of that name");
        assert!(replace(&taken, "x").is_err());
        assert_eq!(fs::read_dir(folder.path()).expect("the folder is there").count(), 1);
    }
}
