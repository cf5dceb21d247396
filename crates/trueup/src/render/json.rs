//! `--format json`: one object, nothing else.

use trueup_project::report::Report;
use trueup_project::wire::ReportWire;

pub(crate) fn render(report: &Report) -> String {
    // The shapes hold only texts, numbers and lists, which cannot fail to serialise.
    let mut text = serde_json::to_string_pretty(&ReportWire::new(report)).unwrap_or_default();
    text.push('\n');
    text
}
