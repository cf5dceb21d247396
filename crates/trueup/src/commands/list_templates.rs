//! `trueup list_templates`: what `init` can begin with.

use trueup_project::pipelines::init::TEMPLATES;

use super::reading::text_or_json;
use crate::args::{Format, Global};
use crate::error::CommandError;
use crate::render;

pub(crate) fn run(global: &Global) -> Result<u8, CommandError> {
    text_or_json(global)?;
    let text = match global.format {
        Format::Json => render::writing::templates_json(),
        _ => {
            let lines: String = TEMPLATES
                .iter()
                .map(|template| format!("{} - {}\n", template.name, template.summary))
                .collect();
            format!(
                "Available templates:\n\n{lines}\nTemplates are used via the 'init' command, e.g.:\n\n  trueup init --template generic ./scripts\n"
            )
        }
    };
    render::write(global, &text)?;
    Ok(0)
}
