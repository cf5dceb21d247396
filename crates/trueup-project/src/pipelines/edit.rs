//! `edit`: opens revision files in the user's editor.
//!
//! Which editor is Alembic's choice (alembic 1.20, `util/editor.py`): `EDITOR`, `VISUAL`, else the first of a few that
//! are usually there. Beyond that, `code --wait` and the like are taken apart.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::report::Failure;
use crate::shell_words;

/// Editors that are tried where the environment names none that exists.
const USUAL: &[&str] = if cfg!(windows) {
    &["code.exe", "notepad++.exe", "notepad.exe"]
} else {
    &["sensible-editor", "editor", "nano", "vim", "code"]
};

/// Opens files one after the other and waits for the editor each time.
///
/// # Errors
/// When there is no editor, or when it ends with an error.
pub fn edit(files: &[&Path], environment: &[(String, String)]) -> Result<(), Failure> {
    let editor = editor(environment)?;
    for file in files {
        let failed = |why: String| Failure {
            message: format!("the editor `{}` has failed: {why}", editor.join(" ")),
            hint: Some(
                "set `EDITOR` or `VISUAL` to an editor that waits until the file is closed".to_owned(),
            ),
        };
        let status = Command::new(&editor[0]).args(&editor[1..]).arg(file).status();
        let status = status.map_err(|error| failed(error.to_string()))?;
        if !status.success() {
            return Err(failed(status.to_string()));
        }
    }
    Ok(())
}

/// Returns the program and its first arguments.
fn editor(environment: &[(String, String)]) -> Result<Vec<String>, Failure> {
    let value = |name: &str| environment.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let path = value("PATH").unwrap_or_default();
    let wanted = ["EDITOR", "VISUAL"].into_iter().filter_map(value).filter(|choice| !choice.is_empty());
    let wanted: Vec<&str> = wanted.collect();
    let as_word = |choice: &str| program(choice, path).map(|program| vec![program]);
    let as_line = |choice: &str| {
        let mut words = shell_words::split(choice).filter(|words| words.len() > 1)?;
        words[0] = program(&words[0], path)?;
        Some(words)
    };
    let chosen = wanted.iter().find_map(|choice| as_word(choice).or_else(|| as_line(choice)));
    chosen.or_else(|| USUAL.iter().find_map(|name| as_word(name))).ok_or_else(|| Failure {
        message: match wanted.first() {
            Some(first) => format!("there is no editor `{first}`, nor one of the usual ones"),
            None => "no editor was found".to_owned(),
        },
        hint: Some("set `EDITOR` or `VISUAL`".to_owned()),
    })
}

/// Returns the file of a program: a path that exists, or a name that a folder of `PATH` holds.
fn program(name: &str, path: &str) -> Option<String> {
    if Path::new(name).components().count() > 1 {
        return Path::new(name).is_file().then(|| name.to_owned());
    }
    let found: Option<PathBuf> =
        std::env::split_paths(path).map(|folder| folder.join(name)).find(|file| file.is_file());
    found.map(|file| file.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(folder: &Path, variables: &[(&str, &str)]) -> Result<Vec<String>, String> {
        let mut environment = vec![("PATH".to_owned(), folder.to_string_lossy().into_owned())];
        environment.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let short = |word: String| word.rsplit('/').next().unwrap_or_default().to_owned();
        editor(&environment)
            .map(|words| words.into_iter().map(short).collect())
            .map_err(|failure| failure.message)
    }

    #[test]
    fn the_environment_chooses_first() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["nano", "code", "mine"] {
            std::fs::write(folder.path().join(name), "").expect("written");
        }
        let choice = |variables: &[(&str, &str)]| choice(folder.path(), variables);
        assert_eq!(choice(&[]).as_deref(), Ok(["nano".to_owned()].as_slice()));
        assert_eq!(
            choice(&[("VISUAL", "code"), ("EDITOR", "mine")]).as_deref(),
            Ok(["mine".to_owned()].as_slice())
        );
        assert_eq!(
            choice(&[("VISUAL", "code --wait")]).as_deref(),
            Ok(["code".to_owned(), "--wait".to_owned()].as_slice())
        );
        assert_eq!(choice(&[("EDITOR", "gone")]).as_deref(), Ok(["nano".to_owned()].as_slice()));
    }

    #[test]
    fn no_editor_is_told() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let error = choice(folder.path(), &[("EDITOR", "gone")]).expect_err("there is none");
        assert!(error.contains("`gone`"), "{error}");
    }
}
