//! What holds for every rule and its page.

use super::RULES;
use crate::Rule;

/// The headings of a page, in order.
const HEADINGS: [&str; 5] =
    ["## What it does", "## Why it matters", "## Example", "## Use instead", "## References"];

#[test]
fn names_are_unique_and_sorted_within_their_group() {
    let mut names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    for pair in RULES.windows(2) {
        assert!(pair[0].group != pair[1].group || pair[0].name < pair[1].name, "{}", pair[1].name);
    }
}

#[test]
fn pages_have_the_rule_s_name_summary_and_all_headings() {
    for rule in RULES {
        let expected = format!("# {}\n\n{}.\n", rule.name, rule.summary);
        assert!(
            rule.docs.starts_with(&expected),
            "the page of `{}` does not begin with\n{expected}",
            rule.name
        );
        let off = if rule.enabled { "" } else { ", off by default" };
        let facts = format!("\nGroup *{}*, severity *{}*{off}.\n", rule.group.name(), rule.severity.name());
        assert!(rule.docs.contains(&facts), "the page of `{}` does not say{facts}", rule.name);
        let mut rest = rule.docs;
        for heading in HEADINGS {
            let at = rest.find(&format!("\n{heading}\n"));
            let at =
                at.unwrap_or_else(|| panic!("the page of `{}` has no `{heading}` in its place", rule.name));
            rest = &rest[at + 1..];
        }
    }
}

#[test]
fn examples_fire_and_the_other_way_is_silent() {
    for rule in RULES {
        let example = section(rule, "## Example", "## Use instead");
        let instead = section(rule, "## Use instead", "## References");
        let intent = format!("[{}]", rule.name);
        assert!(example.contains(&intent), "the example of `{}` does not say where it fires", rule.name);
        assert!(!instead.contains(&intent), "the other way of `{}` fires", rule.name);
        for (name, text) in [("Example", example), ("Use instead", instead)] {
            assert!(text.contains("file="), "`{}` has no file under `{name}`", rule.name);
        }
    }
}

fn section<'a>(rule: &'a Rule, from: &str, to: &str) -> &'a str {
    let start = rule.docs.find(from).unwrap();
    let end = rule.docs.find(to).unwrap();
    &rule.docs[start..end]
}
