//! `post_write_hooks`: formatters and the like, run on a new revision file as Alembic runs them.
//!
//! This is the project's own word: what a hook does is not looked at. One that fails is told and stops nothing, because
//! the revision is written. Facts are those of Alembic 1.20 (`script/write_hooks.py`).

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{RevisionRequest, refused, text};
use crate::config::{Configuration, Hook};
use crate::pipelines::writing::{Event, SameLine, Tell};
use crate::report::Failure;
use crate::{python, shell_words};

/// Where the file's path goes in a hook's options.
const FILE_TOKEN: &str = "REVISION_SCRIPT_FILENAME";

/// Asks a Python which function a console script is: `module` and `function`.
const FIND_SCRIPT: &str = "import importlib.metadata as m, sys
for e in m.entry_points(group='console_scripts'):
    if e.name == sys.argv[1]:
        print(e.module, e.attr)
        break";
/// Asks a Python whether it has a module.
const FIND_MODULE: &str = "import importlib.util as u, sys\nprint(u.find_spec(sys.argv[1]) is not None)";

/// A hook that was run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookRun {
    /// Its name.
    pub name: String,
    /// Its exit code; `None` when a signal ended it, or when it was not run.
    pub exit_code: Option<i32>,
}

/// A hook that can be run.
#[derive(Debug)]
pub(super) struct Prepared {
    name: String,
    run: Run,
    arguments: Vec<String>,
    folder: Option<String>,
}

/// What a hook starts.
#[derive(Debug)]
enum Run {
    /// A program.
    Program(String),
    /// The function behind a console script of the project's Python.
    ConsoleScript(String),
    /// `python -m`.
    Module(String),
    /// A function that env.py registers, which is not run.
    Registered(String),
}

/// Reads the hooks of a project.
///
/// # Errors
/// When a hook lacks a value that its type needs; nothing is written then.
pub(super) fn prepare(configuration: &Configuration, path: &Path) -> Result<Vec<Prepared>, Failure> {
    configuration.hooks.iter().map(|hook| prepared(configuration, hook, path)).collect()
}

fn prepared(configuration: &Configuration, hook: &Hook, path: &Path) -> Result<Prepared, Failure> {
    let name = &hook.name;
    let needed = |key: &str| {
        hook.value(key).map(str::to_owned).ok_or_else(|| {
            refused(
                format!("the post write hook `{name}` has no `{key}`"),
                format!("write `{name}.{key} = …` in alembic.ini, or `{key} = \"…\"` in pyproject.toml"),
            )
        })
    };
    let run = match needed("type")?.as_str() {
        "exec" => Run::Program(needed("executable")?),
        "console_scripts" => Run::ConsoleScript(needed("entrypoint")?),
        "module" => Run::Module(needed("module")?),
        // Only where Alembic runs env.py could a function of that name be registered there.
        other if text::runs_environment(configuration) => Run::Registered(other.to_owned()),
        other => {
            return Err(refused(
                format!("the post write hook `{name}` has the type `{other}`, which does not exist"),
                "the types are exec, console_scripts and module",
            ));
        }
    };
    let options = hook.value("options").unwrap_or_default();
    let options =
        if options.contains(FILE_TOKEN) { options.to_owned() } else { format!("{FILE_TOKEN} {options}") };
    let words = shell_words::split(&options).ok_or_else(|| {
        refused(
            format!("the options of the post write hook `{name}` have a quote that is never closed"),
            "close it",
        )
    })?;
    let path = path.to_string_lossy();
    let arguments = words.iter().map(|word| word.replace(FILE_TOKEN, &path)).collect();
    Ok(Prepared { name: name.clone(), run, arguments, folder: hook.value("cwd").map(str::to_owned) })
}

/// Runs the hooks one after the other.
///
/// # Errors
/// When a hook cannot be started; the revision is written all the same.
pub(super) fn run(
    configuration: &Configuration,
    request: &RevisionRequest,
    hooks: &[Prepared],
    tell: &mut Tell<'_>,
) -> Result<Vec<HookRun>, Failure> {
    let mut runs = Vec::new();
    for hook in hooks {
        let name = hook.name.clone();
        if let Run::Registered(kind) = &hook.run {
            tell(Event::Warns(
                &format!("the post write hook `{name}` was not run: `{kind}` is a function of env.py"),
                Some("run the formatter by hand, or make it a hook of the type exec or module"),
            ));
            runs.push(HookRun { name, exit_code: None });
            continue;
        }
        tell(Event::Begins(&format!("Running post write hook {}", quoted(&name)), SameLine::No));
        match start(configuration, request, hook) {
            Ok(status) => {
                tell(Event::Done);
                if !status.success() {
                    let message = format!("the post write hook `{name}` has failed: {status}");
                    tell(Event::Warns(
                        &message,
                        Some("the revision is written; the hook's own output says why it failed"),
                    ));
                }
                runs.push(HookRun { name, exit_code: status.code() });
            }
            Err(failure) => {
                tell(Event::Failed);
                return Err(failure);
            }
        }
    }
    Ok(runs)
}

fn start(
    configuration: &Configuration,
    request: &RevisionRequest,
    hook: &Prepared,
) -> Result<std::process::ExitStatus, Failure> {
    let folder = if request.directory.as_os_str().is_empty() { Path::new(".") } else { &request.directory };
    let folder = hook.folder.as_ref().map_or_else(|| folder.to_path_buf(), |inner| folder.join(inner));
    let interpreter = || {
        let found = python::interpreter(&configuration.root, &request.environment);
        // A relative path would start from the hook's folder.
        found
            .canonicalize()
            .map_or_else(|_| found.clone(), |_| std::path::absolute(&found).unwrap_or(found.clone()))
    };
    let mut command = match &hook.run {
        Run::Program(program) => Command::new(program),
        Run::Module(module) => {
            let python = interpreter();
            if ask(&python, FIND_MODULE, module, &hook.name)? != "True" {
                return Err(missing(&hook.name, &format!("module `{module}`"), &python));
            }
            let mut command = Command::new(python);
            command.args(["-m", module]);
            command
        }
        Run::ConsoleScript(script) => {
            let python = interpreter();
            let found = ask(&python, FIND_SCRIPT, script, &hook.name)?;
            let Some((module, function)) = found.split_once(' ') else {
                return Err(missing(&hook.name, &format!("console script `{script}`"), &python));
            };
            let mut command = Command::new(python);
            command.args(["-c", &format!("import {module}; {module}.{function}()")]);
            command
        }
        Run::Registered(kind) => Command::new(kind),
    };
    command.args(&hook.arguments).current_dir(&folder);
    if request.keeps_output_clean {
        command.stdout(Stdio::from(std::io::stderr()));
    }
    let program = PathBuf::from(command.get_program());
    command.status().map_err(|error| {
        refused(
            format!("the post write hook `{}` cannot run `{}`: {error}", hook.name, program.display()),
            "the revision is written; install the program or change the hook",
        )
    })
}

/// Returns what a small program prints, run by the project's Python.
fn ask(python: &Path, program: &str, argument: &str, hook: &str) -> Result<String, Failure> {
    let output = Command::new(python).args(["-c", program, argument]).stdin(Stdio::null()).output();
    let failed = |why: String| {
        refused(
            format!("the post write hook `{hook}` cannot run `{}`: {why}", python.display()),
            "the revision is written; activate the project's virtual environment",
        )
    };
    let output = output.map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(failed(errors.lines().last().unwrap_or("no message").to_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn missing(hook: &str, what: &str, python: &Path) -> Failure {
    refused(
        format!("the post write hook `{hook}` cannot run: `{}` has no {what}", python.display()),
        "the revision is written; install the tool into the project's virtual environment",
    )
}

/// Returns a name as Python's `repr` shows it.
fn quoted(name: &str) -> String {
    if name.contains('\'') && !name.contains('"') { format!("\"{name}\"") } else { format!("'{name}'") }
}
