//! The part *project* and *models*: the application's Python, read as text.

use std::path::Path;
use std::rc::Rc;

use trueup_alembic::{EnvInput, ProjectInput, ProjectModule, ProjectReading, read_project};
use trueup_lint::context::{ModelsContext, ProjectContext, RequiredTable};
use trueup_schema::facts::ModuleRole;
use trueup_schema::{ObjectKind, ObjectName, ObjectRef, Schema};

use super::sql_sources::is_there;
use super::{Checking, Group, engine};
use crate::config::Configuration;
use crate::files;
use crate::sources::ProjectSources;

/// Names of models listed in a note of the summary.
const LISTED: usize = 3;

impl Checking<'_> {
    /// Reads env.py, the models and everything about the project's modules.
    pub(super) fn read_python(&mut self, sources: &Rc<ProjectSources>) -> ProjectReading {
        let modules = self.modules(sources);
        let env = env_input(self.configuration, sources);
        for module in &modules {
            self.texts.insert(module.path.clone(), module.text.as_ref().into());
        }
        if let Some(env) = &env {
            self.texts.insert(env.path.clone(), env.text.as_ref().into());
        }
        let mut reading = read_project(ProjectInput {
            sources: sources.clone(),
            modules,
            env,
            dialect: self.dialect,
            known_tables: self.tables_in_revisions(),
        });
        self.unreadable_files(sources, &mut reading);
        self.env_problems(&reading);
        reading
    }

    /// Returns every Python module of the project, with what it is for by its place.
    fn modules(&self, sources: &ProjectSources) -> Vec<ProjectModule> {
        let revisions: std::collections::BTreeSet<&Path> =
            self.revisions.iter().map(|file| file.file.as_path()).collect();
        let mut modules = Vec::new();
        for file in files::with_extension(&self.configuration.root, &["py"]) {
            if revisions.contains(file.as_path()) {
                continue;
            }
            let Some(name) = sources.module_name(&file) else { continue };
            let path = files::relative(&self.configuration.root, &file);
            let text: Rc<str> = Rc::from(&*sources.read(&file));
            let is_package = file.file_name().is_some_and(|name| name == "__init__.py");
            let role = self.role(&file, &path);
            modules.push(ProjectModule { name, path, text, is_package, role });
        }
        modules.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.path.cmp(&b.path)));
        modules
    }

    fn role(&self, file: &Path, path: &str) -> ModuleRole {
        let configuration = self.configuration;
        let migration = configuration.script_location.iter().chain(&configuration.version_locations);
        if migration.into_iter().any(|folder| file.starts_with(folder)) {
            return ModuleRole::Migration;
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        let test_folder = path.split('/').any(|part| matches!(part, "tests" | "test" | "testing"));
        if test_folder || name.starts_with("test_") || name.ends_with("_test.py") || name == "conftest.py" {
            return ModuleRole::Test;
        }
        ModuleRole::Application
    }

    /// Returns the tables that revisions create by a literal name: enough to tell registries apart.
    fn tables_in_revisions(&self) -> Vec<ObjectName> {
        let mut names = Vec::new();
        for file in &self.revisions {
            for (at, _) in file.text.match_indices("create_table(") {
                let rest = file.text[at + "create_table(".len()..].trim_start();
                let Some(quote) = rest.chars().next().filter(|quote| matches!(quote, '"' | '\'')) else {
                    continue;
                };
                if let Some(name) = rest[1..].split(quote).next() {
                    names.push(ObjectName::new(name));
                }
            }
        }
        names
    }

    /// Runs the rules on the project's Python.
    pub(super) fn project_rules(&mut self, reading: &ProjectReading, revisions: Option<&Schema>) {
        if !self.wants(Group::Project) {
            return;
        }
        let required = self.required_by_code(reading, revisions);
        let context = ProjectContext {
            facts: &reading.facts,
            models: reading.models.as_ref(),
            revisions,
            required_tables: &required,
            version_table: &self.version_table,
            dialect: self.dialect,
        };
        engine::check_project(&context, &mut self.findings);
        self.summary.checked.push("the project's modules");
    }

    /// Returns the tables that SQL in the code uses and that neither revisions nor models have.
    ///
    /// Where a revision is not known in full it may be what creates them, so nothing is said; folders of SQL files
    /// are asked when they are replayed.
    fn required_by_code(
        &mut self,
        reading: &ProjectReading,
        revisions: Option<&Schema>,
    ) -> Vec<RequiredTable> {
        let Some(revisions) = revisions else { return Vec::new() };
        if self.summary.unproven > 0 || !self.configuration.settings.sources.sql.is_empty() {
            return Vec::new();
        }
        let version_table = self.version_table.clone();
        let own = |name: &ObjectName| {
            name.name == version_table || reading.facts.tables.iter().any(|table| table.name == *name)
        };
        self.tables_in_code(false, &|name| is_there(revisions, name) || own(name))
    }

    /// Runs the rules on the schema of the models, or of the revisions where there are no models.
    ///
    /// `compared` is what the revisions build where that is known well enough to hold the models against it.
    pub(super) fn models_rules(
        &mut self,
        models: Option<&Schema>,
        revisions: Option<&Schema>,
        compared: Option<&Schema>,
        database: Option<&Schema>,
    ) {
        let Some(schema) = models.or(revisions) else { return };
        self.summary.tables = schema.tables.keys().filter(|name| name.name != self.version_table).count();
        if !self.wants(Group::Models) {
            return;
        }
        let context = ModelsContext {
            schema,
            from_models: models.is_some(),
            revisions: models.and(compared),
            database,
            version_table: &self.version_table,
            incomplete: if models.is_some() { &self.incomplete } else { &[] },
        };
        engine::check_models(&context, &mut self.findings);
        self.summary.checked.push(if models.is_some() {
            "the models"
        } else {
            "the tables of the revisions"
        });
    }

    /// Takes note of models with a base class that is not known, whose tables may have more than is read.
    pub(super) fn incomplete_models(&mut self, reading: &ProjectReading) {
        self.incomplete.clone_from(&reading.facts.incomplete);
        let mut told: Vec<(String, Vec<String>)> = Vec::new();
        for found in &self.incomplete {
            let base =
                found.base.as_deref().map_or_else(|| "a base class".to_owned(), |base| format!("`{base}`"));
            let why = format!("from {base} is not known: {}", found.reason);
            let class = format!("`{}`", found.class);
            match told.iter_mut().find(|(known, _)| *known == why) {
                Some((_, classes)) => classes.push(class),
                None => told.push((why, vec![class])),
            }
        }
        for (why, classes) in told {
            let more = classes.len().saturating_sub(LISTED);
            let mut names = classes[..classes.len().min(LISTED)].join(", ");
            if more > 0 {
                names.push_str(&format!(" and {more} more"));
            }
            self.summary.notes.push(format!("what {names} may have {why}"));
        }
    }

    /// Reports parts of models that could not be read: what they declare is unknown, and so not compared.
    pub(super) fn model_problems(&mut self, reading: &ProjectReading) {
        if !self.wants(Group::Models) {
            return;
        }
        for problem in &reading.problems {
            let Some(rule) = rule("unreadable-model") else { return };
            if self.is_unread_model(reading, problem) {
                continue;
            }
            let mut finding = rule.finding(problem.message.clone());
            if let Some(table) = &problem.table {
                finding = finding.about(ObjectRef::new(ObjectKind::Table, table.to_string()));
            }
            self.findings.push(finding.at(problem.location.clone()));
        }
    }
}

/// Returns env.py as the interpreter takes it, if there is one.
pub(in crate::pipelines) fn env_input(
    configuration: &Configuration,
    sources: &ProjectSources,
) -> Option<EnvInput> {
    let file = configuration.script_location.as_ref()?.join("env.py");
    let text = file.is_file().then(|| sources.read(&file))?;
    Some(EnvInput {
        path: files::relative(&configuration.root, &file),
        text: Rc::from(&*text),
        options: configuration.options.clone(),
        config_file: configuration.file.as_ref().map(|path| path.to_string_lossy().into_owned()),
        is_brief: false,
        x_arguments: configuration.x_arguments.clone(),
    })
}

/// Returns the rule of a name; the names used here are those of the registry.
pub(super) fn rule(name: &str) -> Option<&'static trueup_lint::Rule> {
    trueup_lint::rule(name)
}
