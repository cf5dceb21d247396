//! A project's configuration: alembic.ini, pyproject.toml and trueup.toml, read without running anything.
//!
//! Alembic's own precedence holds: the INI file wins over `[tool.alembic]` key by key. Paths are resolved against the
//! file that names them and, as Alembic would from the working folder, against the project's folder.

use std::fs;
use std::path::{Path, PathBuf};

mod discover;
mod hooks;
pub mod ini;
mod settings;

pub use discover::Found;
pub use hooks::Hook;
pub use settings::{Environment, Settings, Sources};

use ini::Ini;

/// What the caller asks for: the global options that choose a configuration.
#[derive(Clone, Debug, Default)]
pub struct ConfigRequest {
    /// `-C DIR`, else the working folder.
    pub directory: PathBuf,
    /// `-c FILE`, else `ALEMBIC_CONFIG`.
    pub file: Option<PathBuf>,
    /// `-n SECTION`, `alembic` by default.
    pub section: Option<String>,
}

/// A project's configuration.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// The project's folder: paths in reports are relative to it.
    pub root: PathBuf,
    /// The configuration file, if there is one.
    pub file: Option<PathBuf>,
    /// The section of the configuration file that is read.
    pub section: String,
    /// The folder with env.py.
    pub script_location: Option<PathBuf>,
    /// Folders with revision files, in the order Alembic reads them.
    pub version_locations: Vec<PathBuf>,
    /// Whether folders below `version_locations` are read too.
    pub recursive_version_locations: bool,
    /// `-x` arguments for env.py, `KEY=VALUE`; the command line has them, no file.
    pub x_arguments: Vec<String>,
    /// Whether `.pyc` files count as revisions.
    pub sourceless: bool,
    /// `file_template`.
    pub file_template: Option<String>,
    /// Folders that `prepend_sys_path` names.
    pub python_path: Vec<PathBuf>,
    /// `sqlalchemy.url`, unless it is a placeholder.
    pub url: Option<String>,
    /// All plain keys of the section, for `config.get_main_option` in env.py.
    pub options: Vec<(String, String)>,
    /// The sections of alembic.ini with their values, as far as those can be read.
    pub sections: Vec<(String, Vec<(String, String)>)>,
    /// What is run on a new revision.
    pub hooks: Vec<Hook>,
    /// trueup's own settings.
    pub settings: Settings,
    /// The folder that relative paths in the settings start from.
    pub settings_root: PathBuf,
    /// Things worth telling that did not stop the reading: path, line and text.
    pub notes: Vec<(PathBuf, Option<usize>, String)>,
    /// The line of [`file`](Self::file) that names the version locations, from 1.
    locations_line: Option<usize>,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The folder given with `-C` is not there.
    #[error("folder `{0}` does not exist")]
    NoDirectory(PathBuf),
    /// The file given with `-c` is not there.
    #[error("configuration file `{0}` does not exist")]
    NoFile(PathBuf),
    /// A file cannot be read.
    #[error("cannot read `{path}`")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not valid.
    #[error("`{path}` {}is not valid: {message}", line.map(|line| format!("line {line} ")).unwrap_or_default())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: Option<usize>,
        /// What is wrong.
        message: String,
    },
    /// The section given with `-n` is not there.
    #[error("`{path}` has no section `[{section}]`")]
    NoSection {
        /// The file.
        path: PathBuf,
        /// The section.
        section: String,
    },
    /// `script_location` leads nowhere.
    #[error("`script_location` in `{path}` is `{value}`, and there is no such folder")]
    NoScriptLocation {
        /// The file.
        path: PathBuf,
        /// The value.
        value: String,
    },
    /// Nothing of a project was found.
    #[error(
        "no project found in `{0}`: neither alembic.ini, pyproject.toml with [tool.alembic], trueup.toml, nor a folder of revisions"
    )]
    NoProject(PathBuf),
}

impl Configuration {
    /// Finds and reads a project's configuration.
    ///
    /// # Errors
    /// When a file that was asked for is missing or unreadable, when a file is not valid, or when nothing is found.
    pub fn load(request: &ConfigRequest) -> Result<Self, ConfigError> {
        let directory = if request.directory.as_os_str().is_empty() {
            PathBuf::from(".")
        } else {
            request.directory.clone()
        };
        if !directory.is_dir() {
            return Err(ConfigError::NoDirectory(directory));
        }
        let directory =
            directory.canonicalize().map_err(|source| ConfigError::Read { path: directory, source })?;
        let found = discover::find(&directory, request.file.as_deref())?;
        let mut configuration = Self::empty(found.root.clone());
        configuration.settings_root.clone_from(&found.root);
        if let Some(path) = &found.settings {
            configuration.read_settings(path)?;
        }
        if let Some(path) = &found.pyproject {
            configuration.read_pyproject(path)?;
        }
        if let Some(path) = &found.ini {
            configuration.read_ini(path, request.section.as_deref())?;
        }
        configuration.complete(&found)?;
        Ok(configuration)
    }

    /// Returns the configuration of a folder that is no project, for commands that can do without one.
    pub fn bare(directory: &Path) -> Self {
        let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        Self::empty(directory.canonicalize().unwrap_or_else(|_| directory.to_path_buf()))
    }

    fn empty(root: PathBuf) -> Self {
        Self {
            settings_root: root.clone(),
            root,
            file: None,
            section: "alembic".to_owned(),
            script_location: None,
            version_locations: Vec::new(),
            recursive_version_locations: false,
            x_arguments: Vec::new(),
            sourceless: false,
            file_template: None,
            python_path: Vec::new(),
            url: None,
            options: Vec::new(),
            sections: Vec::new(),
            hooks: Vec::new(),
            settings: Settings::default(),
            notes: Vec::new(),
            locations_line: None,
        }
    }

    /// Returns a value of the configuration section, as `config.get_main_option` would.
    pub fn option(&self, key: &str) -> Option<&str> {
        self.options.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    fn read_settings(&mut self, path: &Path) -> Result<(), ConfigError> {
        let text = read_text(path)?;
        let settings = toml::from_str(&text).map_err(|error| invalid_toml(path, &text, &error))?;
        self.settings = settings;
        self.settings_root = folder_of(path);
        self.file.get_or_insert_with(|| path.to_path_buf());
        Ok(())
    }

    fn read_pyproject(&mut self, path: &Path) -> Result<(), ConfigError> {
        let text = read_text(path)?;
        let document: toml::Table =
            toml::from_str(&text).map_err(|error| invalid_toml(path, &text, &error))?;
        let tool = document.get("tool").and_then(toml::Value::as_table);
        if let Some(own) = tool.and_then(|tool| tool.get("trueup")) {
            let settings = own.clone().try_into::<Settings>().map_err(|error| ConfigError::Invalid {
                path: path.to_path_buf(),
                line: None,
                message: format!("[tool.trueup]: {}", error.message()),
            })?;
            self.settings = settings;
            self.settings_root = folder_of(path);
        }
        let Some(alembic) = tool.and_then(|tool| tool.get("alembic")).and_then(toml::Value::as_table) else {
            return Ok(());
        };
        let here = folder_of(path);
        if let Some(hooks) = alembic.get("post_write_hooks") {
            self.hooks = hooks::from_toml(hooks, |text| unescape_toml(text, &here));
        }
        for (key, value) in alembic {
            match value {
                toml::Value::Array(items) => {
                    let items: Vec<String> = items
                        .iter()
                        .filter_map(toml::Value::as_str)
                        .map(|item| unescape_toml(item, &here))
                        .collect();
                    self.set_list(key, &items, &here);
                }
                toml::Value::String(text) => self.set(key, &unescape_toml(text, &here), &here, path)?,
                toml::Value::Boolean(value) => {
                    self.set(key, if *value { "true" } else { "false" }, &here, path)?;
                }
                toml::Value::Integer(value) => self.set(key, &value.to_string(), &here, path)?,
                _ => {}
            }
        }
        self.file = Some(path.to_path_buf());
        Ok(())
    }

    fn read_ini(&mut self, path: &Path, section: Option<&str>) -> Result<(), ConfigError> {
        let text = read_text(path)?;
        let ini = Ini::parse(&text);
        for (line, problem) in &ini.problems {
            self.notes.push((path.to_path_buf(), Some(*line), problem.clone()));
        }
        let name = section.unwrap_or("alembic");
        name.clone_into(&mut self.section);
        if !ini.has_section(name) {
            return Err(ConfigError::NoSection { path: path.to_path_buf(), section: name.to_owned() });
        }
        let lines = ["version_locations", "script_location"].iter().filter_map(|key| ini.line(name, key));
        self.locations_line = lines.into_iter().next();
        let here = folder_of(path);
        let here_text = here.to_string_lossy().into_owned();
        self.sections = values_of(&ini, &here_text);
        if let Some((_, values)) = self.sections.iter().find(|(section, _)| section == hooks::SECTION) {
            self.hooks = hooks::from_ini(values);
        }
        for key in ini.keys(name) {
            match ini.get(name, &key, &[("here", &here_text)]) {
                Some(Ok(value)) => self.set_ini(&ini, name, &key, &value, &here, path)?,
                Some(Err(message)) if matches!(key.as_str(), "script_location" | "version_locations") => {
                    let line = ini.line(name, &key);
                    return Err(ConfigError::Invalid {
                        path: path.to_path_buf(),
                        line,
                        message: format!("`{key}`: {message}"),
                    });
                }
                // What one value breaks, it breaks for all that refer to it.
                Some(Err(message)) if !self.notes.iter().any(|(_, _, known)| known.ends_with(&message)) => {
                    let text = format!("`{key}`: {message}");
                    self.notes.push((path.to_path_buf(), ini.line(name, &key), text));
                }
                Some(Err(_)) => {}
                None => {}
            }
        }
        self.file = Some(path.to_path_buf());
        Ok(())
    }

    fn set_ini(
        &mut self,
        ini: &Ini,
        section: &str,
        key: &str,
        value: &str,
        here: &Path,
        path: &Path,
    ) -> Result<(), ConfigError> {
        if matches!(key, "version_locations" | "prepend_sys_path") {
            let separator = ini
                .get(section, "path_separator", &[])
                .or_else(|| ini.get(section, "version_path_separator", &[]));
            let separator = separator.and_then(Result::ok);
            let items = split_paths(value, separator.as_deref(), key == "prepend_sys_path");
            self.options.push((key.to_owned(), value.to_owned()));
            self.set_list(key, &items, here);
            return Ok(());
        }
        self.set(key, value, here, path)
    }

    fn set(&mut self, key: &str, value: &str, here: &Path, path: &Path) -> Result<(), ConfigError> {
        self.options.push((key.to_owned(), value.to_owned()));
        match key {
            "script_location" => {
                let folder = self.resolve(value, here).filter(|folder| folder.is_dir());
                let folder = folder.ok_or_else(|| ConfigError::NoScriptLocation {
                    path: path.to_path_buf(),
                    value: value.to_owned(),
                })?;
                self.script_location = Some(folder);
            }
            "version_locations" => {
                let items = split_paths(value, None, false);
                self.set_list(key, &items, here);
            }
            "prepend_sys_path" => {
                let items = split_paths(value, None, true);
                self.set_list(key, &items, here);
            }
            "recursive_version_locations" => self.recursive_version_locations = value == "true",
            "sourceless" => self.sourceless = value == "true",
            "file_template" => self.file_template = Some(value.to_owned()),
            "sqlalchemy.url" => self.url = Some(value.to_owned()).filter(|url| !is_placeholder_url(url)),
            _ => {}
        }
        Ok(())
    }

    fn set_list(&mut self, key: &str, items: &[String], here: &Path) {
        let paths: Vec<PathBuf> = items.iter().filter_map(|item| self.resolve(item, here)).collect();
        match key {
            "version_locations" => self.version_locations = paths,
            "prepend_sys_path" => self.python_path = paths,
            _ => {}
        }
    }

    /// Returns the folder that a path of a configuration file means; `package:folder` is looked up below the root.
    fn resolve(&self, value: &str, here: &Path) -> Option<PathBuf> {
        let value = value.trim();
        if value.is_empty() {
            return None;
        }
        if let Some((package, inside)) = value.split_once(':').filter(|(package, _)| package.len() > 1) {
            // As Alembic does: the first part is a package, all others are folders inside it.
            let (inner, inside) = (package.replace('.', "/"), inside.replace(':', "/"));
            let mut roots = vec![self.root.clone(), self.root.join("src"), here.join("src")];
            // A configuration inside the package names the package itself.
            roots.extend(here.ancestors().map(Path::to_path_buf));
            let found = roots.iter().map(|root| root.join(&inner).join(&inside)).find(|path| path.is_dir());
            return found.or_else(|| Some(here.join(&inner).join(&inside)));
        }
        let path = Path::new(value);
        if path.is_absolute() {
            return Some(normalize(path));
        }
        let beside = normalize(&here.join(path));
        let below_root = normalize(&self.root.join(path));
        if !beside.exists() && below_root.exists() { Some(below_root) } else { Some(beside) }
    }

    fn complete(&mut self, found: &Found) -> Result<(), ConfigError> {
        if self.script_location.is_none() {
            self.script_location.clone_from(&found.script_location);
        }
        if self.version_locations.is_empty() {
            if let Some(versions) = &found.versions {
                self.version_locations.push(versions.clone());
            } else if let Some(location) = &self.script_location {
                self.version_locations.push(location.join("versions"));
            }
        }
        for item in self.settings.python_path.clone() {
            self.python_path.push(normalize(&self.settings_root.join(item)));
        }
        self.missing_locations();
        // A trueup.toml makes a folder a project, even if it has nothing but models.
        let nothing =
            self.script_location.is_none() && self.version_locations.is_empty() && found.settings.is_none();
        if nothing && self.settings.sources.sql.is_empty() && self.settings.models.is_empty() {
            return Err(ConfigError::NoProject(self.root.clone()));
        }
        Ok(())
    }
}

impl Configuration {
    /// Notes version locations that are no folder: Alembic skips them without a word.
    fn missing_locations(&mut self) {
        let Some(file) = self.file.clone() else { return };
        for location in &self.version_locations {
            if location.is_dir() {
                continue;
            }
            let shown = location.strip_prefix(&self.root).unwrap_or(location).display();
            let what = if location.exists() { "is no folder" } else { "does not exist" };
            let message = format!("the version location `{shown}` {what}, so it holds no revisions");
            self.notes.push((file.clone(), self.locations_line, message));
        }
    }
}

/// Returns all sections of a file with the values that can be read.
fn values_of(ini: &Ini, here: &str) -> Vec<(String, Vec<(String, String)>)> {
    let value = |section: &str, key: String| {
        let value = ini.get(section, &key, &[("here", here)])?.ok()?;
        Some((key, value))
    };
    let values =
        |section: &str| ini.keys(section).into_iter().filter_map(|key| value(section, key)).collect();
    ini.sections().map(|section| (section.to_owned(), values(section))).collect()
}

/// Splits `version_locations` or `prepend_sys_path` as Alembic does for each `path_separator`.
fn split_paths(value: &str, separator: Option<&str>, colon: bool) -> Vec<String> {
    let parts: Vec<&str> = match separator {
        Some("os" | ":") => value.split(':').collect(),
        Some(";") => value.split(';').collect(),
        Some("space") => value.split_whitespace().collect(),
        Some("newline") => value.lines().collect(),
        // The legacy rule of files without `path_separator`.
        _ => value.split(|c: char| c == ',' || c.is_whitespace() || (colon && c == ':')).collect(),
    };
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Tells whether a URL is the one that Alembic's own template ships.
fn is_placeholder_url(url: &str) -> bool {
    url.is_empty() || url == "driver://user:pass@localhost/dbname"
}

fn unescape_toml(text: &str, here: &Path) -> String {
    text.replace("%(here)s", &here.to_string_lossy()).replace("%%", "%")
}

fn invalid_toml(path: &Path, text: &str, error: &toml::de::Error) -> ConfigError {
    let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
    ConfigError::Invalid { path: path.to_path_buf(), line, message: error.message().to_owned() }
}

fn read_text(path: &Path) -> Result<String, ConfigError> {
    let bytes = fs::read(path).map_err(|source| ConfigError::Read { path: path.to_path_buf(), source })?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..valid].split(|byte| *byte == b'\n').count();
        ConfigError::Invalid {
            path: path.to_path_buf(),
            line: Some(line),
            message: "bytes that are not UTF-8".to_owned(),
        }
    })
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Removes `.` and `..` by text, so that paths compare and print plainly.
pub(crate) fn normalize(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                if !out.pop() {
                    out.push("..");
                }
            }
            other => out.push(other),
        }
    }
    out
}
