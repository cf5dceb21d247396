//! Projects in a temporary folder, for tests that read from disk.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::scenario::Section;

/// A folder with files in it, removed when the value is dropped.
#[derive(Debug)]
pub struct Project {
    folder: TempDir,
}

impl Project {
    /// Creates an empty project.
    ///
    /// # Panics
    /// When the temporary folder cannot be created; a test cannot go on then.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("trueup-project-").tempdir();
        Self { folder: folder.expect("a temporary folder can be created") }
    }

    /// Creates a project from the blocks of a section that carry a file name, such as ` ```py file=app/models.py `.
    pub fn from_section(section: &Section) -> Self {
        let project = Self::new();
        for block in section.files() {
            project.write(block.file().unwrap_or_default(), &block.text);
        }
        project
    }

    /// Adds a file and returns the project, so that a test can list its files in one expression.
    #[must_use]
    pub fn file(self, path: &str, text: &str) -> Self {
        self.write(path, text);
        self
    }

    /// Writes a file, with the folders above it.
    ///
    /// # Panics
    /// When the path leaves the project or cannot be written.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let relative = Path::new(path);
        let stays_inside = relative.components().all(|part| matches!(part, std::path::Component::Normal(_)));
        assert!(stays_inside, "`{path}` is not a path inside the project");
        let target = self.path().join(relative);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).expect("a folder can be created in the project");
        }
        fs::write(&target, content).expect("a file can be written in the project");
    }

    /// The folder of the project.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The text of a file.
    ///
    /// # Panics
    /// When the file is missing or not UTF-8.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap_or_else(|error| panic!("`{path}`: {error}"))
    }

    /// All files, relative to the project, sorted: what a test compares to show that nothing was written.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders = vec![self.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            let entries = fs::read_dir(&folder).expect("a folder of the project can be read");
            for entry in entries.flatten() {
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    folders.push(entry.path());
                } else if let Ok(relative) = entry.path().strip_prefix(self.path()) {
                    files.push(relative.to_path_buf());
                }
            }
        }
        files.sort();
        files
    }
}

impl Default for Project {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::Project;
    use crate::scenario::Scenario;

    #[test]
    fn files_are_written_and_listed() {
        let project = Project::new().file("b/c.py", "x = 1\n").file("a.ini", "");
        assert_eq!(project.files(), [PathBuf::from("a.ini"), PathBuf::from("b/c.py")]);
        assert_eq!(project.read("b/c.py"), "x = 1\n");
    }

    #[test]
    fn blocks_with_a_file_name_become_files() {
        let page =
            "# T\n```py file=app/models.py\nx = 1\n```\n```ini alembic.ini\n```\n```snapshot\nnothing\n```\n";
        let scenario = Scenario::parse(page);
        let project = Project::from_section(&scenario.sections[0]);
        assert_eq!(project.files(), [PathBuf::from("alembic.ini"), PathBuf::from("app/models.py")]);
    }

    #[test]
    #[should_panic(expected = "not a path inside the project")]
    fn a_path_outside_is_refused() {
        Project::new().write("../x", "");
    }
}
