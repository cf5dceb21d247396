//! `--format sarif`: SARIF 2.1.0, for code scanning.

use serde_json::{Value, json};
use trueup_lint::RULES;
use trueup_project::report::Report;
use trueup_schema::{Diagnostic, Location, Severity};

pub(crate) fn render(report: &Report) -> String {
    let rules: Vec<Value> = RULES
        .iter()
        .map(|rule| {
            json!({
                "id": rule.name,
                "shortDescription": {"text": rule.summary},
                "help": {"text": rule.docs, "markdown": rule.docs},
                "defaultConfiguration": {"level": level(rule.severity), "enabled": rule.enabled},
                "properties": {"group": rule.group.name()},
            })
        })
        .collect();
    let results: Vec<Value> =
        report.diagnostics.iter().map(|diagnostic| result(diagnostic, report)).collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "trueup", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "results": results,
            "invocations": [{"executionSuccessful": report.failure.is_none()}],
        }],
    });
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn result(diagnostic: &Diagnostic, report: &Report) -> Value {
    let mut message = diagnostic.message.clone();
    if let Some(help) = &diagnostic.help {
        message.push_str("\nhelp: ");
        message.push_str(help);
    }
    let mut value = json!({
        "ruleId": diagnostic.rule,
        "level": level(diagnostic.severity),
        "message": {"text": message},
    });
    if let Some(index) = RULES.iter().position(|rule| rule.name == diagnostic.rule) {
        value["ruleIndex"] = json!(index);
    }
    if let Some(location) = &diagnostic.location {
        value["locations"] = json!([{"physicalLocation": physical(location, report)}]);
    }
    if !diagnostic.related.is_empty() {
        let related = diagnostic.related.iter().map(|(location, note)| {
            json!({"physicalLocation": physical(location, report), "message": {"text": note}})
        });
        value["relatedLocations"] = related.collect();
    }
    value
}

fn physical(location: &Location, report: &Report) -> Value {
    let mut value = json!({"artifactLocation": {"uri": uri(&location.path)}});
    if let Some((start, end)) = report.texts.range(location) {
        value["region"] = json!({
            "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column,
        });
    }
    value
}

/// Escapes what a URI reference cannot hold as it is.
fn uri(path: &str) -> String {
    path.replace('%', "%25").replace(' ', "%20")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}
