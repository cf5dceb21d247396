//! `trueup list_templates`: what `init` can begin with.

use trueup_project::pipelines::init::{TEMPLATES, Template};

use super::reading::text_or_json;
use crate::args::{Format, Global};
use crate::error::CommandError;
use crate::render;

pub(crate) fn run(global: &Global) -> Result<u8, CommandError> {
    text_or_json(global)?;
    let text = match global.format {
        Format::Json => render::writing::templates_json(),
        _ => {
            let line = |template: &Template| format!("{} - {}", template.name, template.summary);
            let lines: Vec<String> = TEMPLATES.iter().map(line).collect();
            format!(
                "Available templates:\n\n{}\n\nTemplates are used via the 'init' command, e.g.:\n\n  trueup init --template generic ./scripts\n",
                lines.join("\n")
            )
        }
    };
    render::write(global, &text)?;
    Ok(0)
}
