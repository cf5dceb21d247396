//! `init` and `list_templates`: a new migration environment, which Alembic and trueup use alike.
//!
//! The templates have Alembic's names, files, keys and behaviour; their words are our own. What is generated is the
//! project's from then on: nothing of it refers to trueup.

mod layout;

use std::fs;
use std::path::{Path, PathBuf};

pub use layout::{TEMPLATES, Template};

use super::writing::{self, Event, Tell};
use crate::report::Failure;

/// What is asked of `init`.
#[derive(Clone, Debug)]
pub struct InitRequest {
    /// The folder to make, as it was written.
    pub location: PathBuf,
    /// The template's name.
    pub template: String,
    /// Whether the folders become packages.
    pub package: bool,
    /// The folder that relative paths start from.
    pub directory: PathBuf,
    /// The configuration file that was asked for: an INI file, or pyproject.toml.
    pub config: Option<PathBuf>,
}

/// What `init` made.
#[derive(Clone, Debug, Default)]
pub struct Made {
    /// Files that were written or appended to.
    pub files: Vec<PathBuf>,
    /// Folders that were made.
    pub directories: Vec<PathBuf>,
}

/// Makes a migration environment.
///
/// # Errors
/// When the folder is not empty, when there is no such template, or when something cannot be written.
pub fn init(request: &InitRequest, tell: &mut Tell<'_>) -> Result<Made, Failure> {
    let Some(template) = TEMPLATES.iter().find(|template| template.name == request.template) else {
        let names: Vec<&str> = TEMPLATES.iter().map(|template| template.name).collect();
        return Err(Failure {
            message: format!("there is no template `{}`", request.template),
            hint: Some(format!("the templates are {}", names.join(", "))),
        });
    };
    let folder = writing::absolute(&request.directory, &request.location);
    is_free(&folder)?;
    let mut made = Made::default();
    let versions = folder.join("versions");
    for path in [&folder, &versions] {
        made.directories.extend(writing::ensure_directory(path, tell)?);
    }
    for (name, text) in template.files {
        generate(&folder.join(name), text, &mut made, tell)?;
    }
    let configuration = configuration_files(request);
    let script_location = |file: &Path| script_location(request, &folder, file);
    if configuration.ini.exists() {
        tell(Event::Says(&format!("File {} already exists, skipping", configuration.ini.display())));
    } else {
        let text = template.ini.replace("{script_location}", &script_location(&configuration.ini));
        generate(&configuration.ini, &text, &mut made, tell)?;
    }
    if let Some(toml) = template.toml {
        let text = toml.replace("{script_location}", &toml_text(&script_location(&configuration.toml)));
        pyproject(&configuration.toml, &text, &mut made, tell)?;
    }
    if request.package {
        for path in [folder.join("__init__.py"), versions.join("__init__.py")] {
            writing::step(tell, &format!("Adding {}", path.display()), || writing::create(&path, ""))?;
            made.files.push(path);
        }
    }
    tell(Event::Says(&match template.toml {
        Some(_) => format!(
            "Please edit configuration settings in {} and configuration/connection/logging settings in {} before proceeding.",
            configuration.toml.display(),
            configuration.ini.display()
        ),
        None => format!(
            "Please edit configuration/connection/logging settings in {} before proceeding.",
            configuration.ini.display()
        ),
    }));
    Ok(made)
}

/// Refuses a folder that holds anything.
fn is_free(folder: &Path) -> Result<(), Failure> {
    let refused = |what: &str, hint: &str| {
        Err(Failure { message: format!("`{}` {what}", folder.display()), hint: Some(hint.to_owned()) })
    };
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            Some(_) => refused("exists already and is not empty", "name another folder, or empty this one"),
            None => Ok(()),
        },
        Err(_) if folder.exists() => refused("is no folder", "name another one"),
        Err(_) => Ok(()),
    }
}

fn generate(path: &Path, text: &str, made: &mut Made, tell: &mut Tell<'_>) -> Result<(), Failure> {
    writing::step(tell, &format!("Generating {}", path.display()), || {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| writing::cannot("make the folder", folder, &error))?;
        }
        writing::create(path, text)
    })?;
    made.files.push(path.to_path_buf());
    Ok(())
}

/// Writes `[tool.alembic]` into pyproject.toml, below what it has.
fn pyproject(path: &Path, text: &str, made: &mut Made, tell: &mut Tell<'_>) -> Result<(), Failure> {
    if !path.exists() {
        return generate(path, text, made, tell);
    }
    let old = fs::read_to_string(path).map_err(|error| writing::cannot("read", path, &error))?;
    let document: toml::Table = toml::from_str(&old).map_err(|error| Failure {
        message: format!("`{}` is not valid: {}", path.display(), error.message()),
        hint: Some("mend it first: [tool.alembic] is appended to it".to_owned()),
    })?;
    if document.get("tool").and_then(|tool| tool.get("alembic")).is_some() {
        let message = format!(
            "File {} already exists and already has a [tool.alembic] section, skipping",
            path.display()
        );
        tell(Event::Says(&message));
        return Ok(());
    }
    writing::step(tell, &format!("Appending to existing {}", path.display()), || {
        writing::replace(path, &format!("{old}\n\n{text}"))
    })?;
    made.files.push(path.to_path_buf());
    Ok(())
}

struct ConfigurationFiles {
    ini: PathBuf,
    toml: PathBuf,
}

/// Returns the two files that configure Alembic; the one that was asked for takes its own's place.
fn configuration_files(request: &InitRequest) -> ConfigurationFiles {
    let at = |path: &Path| writing::absolute(&request.directory, path);
    let asked = request.config.as_deref();
    let is_toml = |path: &&Path| path.file_name().is_some_and(|name| name == "pyproject.toml");
    ConfigurationFiles {
        ini: at(asked.filter(|path| !is_toml(path)).unwrap_or(Path::new("alembic.ini"))),
        toml: at(asked.filter(is_toml).unwrap_or(Path::new("pyproject.toml"))),
    }
}

/// Returns `script_location` as a configuration file says it: from its own folder, unless an absolute one was asked for.
fn script_location(request: &InitRequest, folder: &Path, file: &Path) -> String {
    if request.location.is_absolute() {
        return value(folder);
    }
    let base = file.parent().unwrap_or_else(|| Path::new("/"));
    let common = base.ancestors().find(|above| folder.starts_with(above)).unwrap_or_else(|| Path::new("/"));
    let up = base.components().count() - common.components().count();
    let down = folder.strip_prefix(common).unwrap_or(folder);
    let inside: PathBuf = std::iter::repeat_n(Path::new(".."), up).chain([down]).collect();
    format!("%(here)s/{}", value(&inside))
}

/// Returns a path as a value, in which a percent sign begins a reference.
fn value(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/").replace('%', "%%")
}

/// Returns a text as it stands between quotes in TOML.
fn toml_text(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
