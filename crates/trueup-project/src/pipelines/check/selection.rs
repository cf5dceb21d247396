//! Settings and options become a [`Selection`] of rules.

use trueup_lint::Selection;

use super::CheckRequest;
use crate::config::Settings;

/// Returns which rules speak; the command line adds to the settings.
pub(super) fn selection(settings: &Settings, request: &CheckRequest) -> Result<Selection, String> {
    let build = || {
        let mut selection = Selection::default();
        let select: Vec<&String> = settings.select.iter().chain(&request.select).collect();
        if !select.is_empty() {
            selection = selection.select(&select)?;
        }
        let ignore: Vec<&String> = settings.ignore.iter().chain(&request.ignore).collect();
        selection = selection.ignore(&ignore)?;
        for (pattern, words) in &settings.per_file_ignores {
            selection = selection.ignore_in(pattern.clone(), words)?;
        }
        for (word, severity) in &settings.severity {
            selection = selection.severity_of(word, severity)?;
        }
        Ok(selection)
    };
    build().map_err(|error: trueup_lint::select::SelectError| error.to_string())
}
