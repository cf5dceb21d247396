//! `trueup init DIRECTORY`: a new migration environment.

use std::path::Path;

use trueup_project::pipelines::init::{InitRequest, init};
use trueup_project::wire::WritingWire;

use super::reading::text_or_json;
use crate::args::Global;
use crate::error::CommandError;
use crate::render::writing::Progress;

pub(crate) fn run(
    global: &Global,
    location: &Path,
    template: &str,
    package: bool,
) -> Result<u8, CommandError> {
    text_or_json(global)?;
    let directory = global.directory.clone().unwrap_or_default();
    let shown = if directory.as_os_str().is_empty() { Path::new(".") } else { &directory };
    let Ok(root) = shown.canonicalize() else {
        return Err(CommandError::new(format!("folder `{}` does not exist", shown.display()))
            .hint("`-C` wants the folder of a project"));
    };
    let request = InitRequest {
        location: location.to_path_buf(),
        template: template.to_owned(),
        package,
        directory,
        config: global.config.clone(),
    };
    let mut progress = Progress::new(global);
    let made = init(&request, &mut |event| progress.tell(event))?;
    progress.finish(&WritingWire::init(&root, &made))?;
    Ok(0)
}
