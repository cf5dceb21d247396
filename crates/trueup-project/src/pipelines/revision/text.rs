//! The text of a new revision: what script.py.mako makes of it, held against what was asked for.

use std::collections::BTreeSet;
use std::fs;
use std::rc::Rc;

use trueup_alembic::template::{self, CreateDate, TemplateBodies, TemplateConfig, TemplateInput};
use trueup_schema::Dialect;
use trueup_schema::revision::Reference;

use super::{RevisionRequest, Written, refused};
use crate::config::Configuration;
use crate::files;
use crate::headers;
use crate::pipelines::check::graph::settle_headers;
use crate::report::Failure;
use crate::sources::ProjectSources;

/// The template's name in the folder with env.py.
const TEMPLATE: &str = "script.py.mako";

/// Tells whether Alembic would run env.py for every new revision.
pub(super) fn runs_environment(configuration: &Configuration) -> bool {
    let value = configuration.option("revision_environment").unwrap_or_default().trim().to_lowercase();
    matches!(value.as_str(), "true" | "yes" | "on" | "y" | "t" | "1")
}

/// Returns the text of a revision.
pub(super) fn text(
    configuration: &Configuration,
    written: &Written,
    request: &RevisionRequest,
    moment: CreateDate,
    bodies: Option<TemplateBodies>,
) -> Result<String, Failure> {
    let Some(folder) = &configuration.script_location else {
        return Err(refused(
            "this project has no folder with env.py and script.py.mako",
            "`trueup init` makes one; `script_location` names it",
        ));
    };
    let file = folder.join(TEMPLATE);
    let shown = files::relative(&configuration.root, &file);
    let template = fs::read(&file).map_err(|error| {
        refused(
            format!("cannot read the template `{shown}`: {error}"),
            "`trueup init` writes one beside env.py; copy it from a new project",
        )
    })?;
    let template = String::from_utf8(template)
        .map_err(|_| refused(format!("the template `{shown}` is not UTF-8"), "save it as UTF-8"))?;
    let sources = Rc::new(ProjectSources::new(configuration));
    let input = TemplateInput { bodies, ..input(configuration, written, request, moment) };
    let text = template::render(&template, &shown, &input, sources.clone()).map_err(|error| {
        let line = error.line.map(|line| format!(" line {line}")).unwrap_or_default();
        refused(
            format!("`{shown}`{line}: {}", error.message),
            "trueup evaluates the template without running anything; `alembic revision` runs it",
        )
    })?;
    is_what_was_asked(configuration, written, request, &text, &shown, &sources)?;
    Ok(text)
}

fn input(
    configuration: &Configuration,
    written: &Written,
    request: &RevisionRequest,
    moment: CreateDate,
) -> TemplateInput {
    let is_ini = |file: &&std::path::PathBuf| file.extension().is_none_or(|extension| extension != "toml");
    TemplateInput {
        id: written.id.clone(),
        down_revisions: written.down_revisions.clone(),
        branch_labels: written.branch_labels.clone(),
        depends_on: written.depends_on.clone(),
        message: request.message.clone().unwrap_or_else(|| "empty message".to_owned()),
        create_date: moment,
        config: TemplateConfig {
            sections: configuration.sections.clone(),
            section: configuration.section.clone(),
            options: configuration.options.clone(),
            file: configuration.file.as_ref().filter(is_ini).map(|file| file.to_string_lossy().into_owned()),
        },
        bodies: None,
    }
}

/// Reads the text as every later command will, and refuses one that says something else than was asked for.
fn is_what_was_asked(
    configuration: &Configuration,
    written: &Written,
    request: &RevisionRequest,
    text: &str,
    template: &str,
    sources: &Rc<ProjectSources>,
) -> Result<(), Failure> {
    let mut read = [headers::read_text(&configuration.root, &written.path, text)];
    settle_headers(&mut read, sources, request.dialect.unwrap_or(Dialect::Postgresql));
    let [read] = read;
    let revision = read.revision;
    if let Some((problem, span)) = revision.problem {
        let line = span.map(|span| text[..(span.start as usize).min(text.len())].matches('\n').count() + 1);
        let line = line.map(|line| format!(" in line {line}")).unwrap_or_default();
        return Err(refused(
            format!("what `{template}` makes cannot be a revision: {problem}{line}"),
            "quotes or backslashes in the message may end the docstring; else mend the template",
        ));
    }
    let targets = |references: &[Reference]| {
        references.iter().map(|reference| reference.target.clone()).collect::<BTreeSet<_>>()
    };
    let same = |name: &str, found: BTreeSet<String>, wanted: &[String]| {
        if found == wanted.iter().cloned().collect() {
            return Ok(());
        }
        let shown = |names: &mut dyn Iterator<Item = &String>| {
            let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
            if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
        };
        Err(refused(
            format!(
                "what `{template}` makes says {} for `{name}`, and {} was asked for",
                shown(&mut found.iter()),
                shown(&mut wanted.iter())
            ),
            format!("the template needs a line `{name} = ${{repr({})}}`", variable(name)),
        ))
    };
    same("revision", revision.id.iter().cloned().collect(), std::slice::from_ref(&written.id))?;
    same("down_revision", targets(&revision.down_revisions), &written.down_revisions)?;
    same("branch_labels", revision.branch_labels.iter().cloned().collect(), &written.branch_labels)?;
    same("depends_on", targets(&revision.depends_on), &written.depends_on)
}

/// Returns what a template calls the value of a header.
fn variable(name: &str) -> &str {
    if name == "revision" { "up_revision" } else { name }
}
