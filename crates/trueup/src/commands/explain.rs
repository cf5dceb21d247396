//! `trueup explain [RULE]`: a rule's page.

use std::fmt::Write as _;

use trueup_lint::{Group, RULES};

use crate::args::Global;
use crate::error::CommandError;
use crate::render;

pub(crate) fn run(global: &Global, name: Option<&str>) -> Result<u8, CommandError> {
    let text = match name {
        None => list(),
        Some(name) => match trueup_lint::rule(name) {
            Some(rule) => format!("{}\n", rule.docs.trim_end()),
            None => return Err(unknown(name)),
        },
    };
    render::write(global, &text)?;
    Ok(0)
}

fn list() -> String {
    let width = RULES.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let mut out = String::new();
    for group in Group::ALL {
        let rules: Vec<_> = RULES.iter().filter(|rule| rule.group == group).collect();
        if rules.is_empty() {
            continue;
        }
        let _ = writeln!(out, "{}", group.name());
        for rule in rules {
            let off = if rule.enabled { "" } else { " (off unless selected)" };
            let _ =
                writeln!(out, "  {:width$}  {:7}  {}{off}", rule.name, rule.severity.name(), rule.summary);
        }
    }
    out
}

fn unknown(name: &str) -> CommandError {
    let nearest = RULES
        .iter()
        .map(|rule| (trueup_schema::revision::edit_distance(rule.name, name), rule.name))
        .min()
        .filter(|(distance, candidate)| *distance <= candidate.len() / 3);
    let error = CommandError::new(format!("no rule is called `{name}`"));
    match nearest {
        Some((_, candidate)) => error.hint(format!("did you mean `{candidate}`?")),
        None => error.hint("`trueup explain` lists all rules"),
    }
}
