//! Runs the program.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a run left.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs `trueup` with arguments in a folder, without any variable that it reads.
pub(crate) fn trueup_in(folder: &Path, arguments: &[&str]) -> Run {
    trueup_with(folder, arguments, &[])
}

/// Runs `trueup` with arguments in a folder, with these variables of those that it reads.
pub(crate) fn trueup_with(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trueup"));
    for variable in [
        "DATABASE_URL",
        "TRUEUP_DATABASE_URL",
        "ALEMBIC_CONFIG",
        "NO_COLOR",
        "CLICOLOR_FORCE",
        "EDITOR",
        "VISUAL",
    ] {
        command.env_remove(variable);
    }
    command.envs(variables.iter().copied()).stdin(std::process::Stdio::null());
    let output = command.current_dir(folder).args(arguments).output().expect("the program can be started");
    Run {
        code: output.status.code().expect("it ends by itself"),
        stdout: String::from_utf8(output.stdout).expect("it writes UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("it writes UTF-8"),
    }
}

/// Runs `trueup` with arguments in the repository's root.
pub(crate) fn trueup(arguments: &[&str]) -> Run {
    trueup_in(&root(), arguments)
}

/// Returns the repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository has a root")
}
