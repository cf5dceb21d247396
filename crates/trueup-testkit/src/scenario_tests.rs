//! Tests of the scenario runner itself.

use std::fs;

use super::{Outputs, Scenario, Section, pages, run_pages};
use crate::project::Project;

const PAGE: &str = "\
# Doubling
Prose is kept.

```text
An illustration.
```

## A number
```num in
21
```
```num out
42
```

## No number
```num in
x
```
```num out
```
";

fn double(section: &Section) -> Result<Outputs, String> {
    let number = section.text("in").trim().parse::<i64>();
    let out = number.map_or("not a number".to_owned(), |number| (number * 2).to_string());
    Ok(Outputs::from([("out".to_owned(), out)]))
}

#[test]
fn sections_carry_title_prose_blocks_and_lines() {
    let scenario = Scenario::parse(PAGE);
    let titles: Vec<&str> = scenario.sections.iter().map(|section| section.title.as_str()).collect();
    assert_eq!(titles, ["Doubling", "A number", "No number"]);
    assert_eq!(scenario.sections[0].prose.trim(), "Prose is kept.");
    let block = &scenario.sections[1].blocks[1];
    assert_eq!((block.language.as_str(), block.name(), block.text.as_str()), ("num", "out", "42\n"));
    assert_eq!((scenario.sections[1].line, block.line), (8, 12));
}

#[test]
fn a_difference_fails_and_the_page_can_be_rewritten() {
    let report = Scenario::parse(PAGE).check(double);
    assert_eq!(report.sections, 2);
    assert_eq!(report.failures.len(), 1);
    assert!(report.failures[0].text.starts_with("16: No number"), "{}", report.failures[0].text);
    assert!(report.failures[0].text.contains("+ not a number"));
    let updated = report.updated.expect("something differs");
    assert_eq!(updated, PAGE.replace("```num out\n```\n", "```num out\nnot a number\n```\n"));
    let again = Scenario::parse(&updated).check(double);
    assert!(again.failures.is_empty() && again.updated.is_none());
}

#[test]
fn an_unused_block_fails() {
    let page = "# T\n```num in\n1\n```\n```num out\n2\n```\n```num outt\n3\n```\n";
    let report = Scenario::parse(page).check(double);
    assert!(report.failures[0].text.contains("block `outt` is not used"), "{}", report.failures[0].text);
}

#[test]
fn a_section_that_asserts_nothing_fails() {
    let report = Scenario::parse("# T\n```num in\n1\n```\n").check(double);
    assert!(report.failures[0].text.contains("asserts nothing"), "{}", report.failures[0].text);
}

#[test]
fn an_error_and_a_panic_are_failures_of_their_section_only() {
    let page = "# One\n```a\n```\n# Two\n```b\n```\n";
    let report = Scenario::parse(page).check(|section| {
        assert!(section.block("a").is_some(), "no a");
        Err("it is refused".to_owned())
    });
    assert!(report.failures[0].text.contains("it is refused"));
    assert!(report.failures[1].text.contains("panicked: no a"), "{}", report.failures[1].text);
}

#[test]
fn fences_grow_with_their_content() {
    let page = "# T\n```md\n```\n";
    let answer = "```py\nx\n```";
    let report = Scenario::parse(page).check(|_| Ok(Outputs::from([("md".to_owned(), answer.to_owned())])));
    let updated = report.updated.expect("something differs");
    assert_eq!(updated, "# T\n````md\n```py\nx\n```\n````\n");
    assert_eq!(Scenario::parse(&updated).sections[0].blocks[0].text, "```py\nx\n```\n");
}

#[test]
fn headings_inside_blocks_are_content() {
    let scenario = Scenario::parse("# T\n```py\n# not a heading\n```\n");
    assert_eq!(scenario.sections.len(), 1);
    assert_eq!(scenario.sections[0].blocks[0].text, "# not a heading\n");
}

#[test]
fn an_unclosed_fence_reaches_to_the_end() {
    let scenario = Scenario::parse("# T\n```py\nx = 1");
    assert_eq!(scenario.sections[0].blocks[0].text, "x = 1\n");
}

#[test]
fn an_update_mends_differences_in_place_and_nothing_else() {
    let broken = "# Broken\n```num in\n1\n```\n```num outt\n```\n";
    let project = Project::new().file("pages/a.md", PAGE).file("pages/deep/b.md", broken);
    let paths = pages(&project.path().join("pages"));
    assert_eq!(paths.len(), 2);

    let failures = run_pages(&paths, false, "", double);
    assert!(failures.contains("a.md:16: No number") && failures.contains("b.md:1: Broken"), "{failures}");
    assert_eq!(project.read("pages/a.md"), PAGE);

    let failures = run_pages(&paths, true, "", double);
    assert!(!failures.contains("a.md") && failures.contains("block `outt` is not used"), "{failures}");
    assert!(project.read("pages/a.md").contains("```num out\nnot a number\n```"));
    assert_eq!(project.read("pages/deep/b.md"), broken);
    assert_eq!(run_pages(&paths[..1], false, "", double), "");
}

#[test]
fn a_word_selects_sections_and_an_empty_folder_fails() {
    let project = Project::new().file("a.md", PAGE);
    let paths = pages(project.path());
    assert_eq!(run_pages(&paths, false, "A number", double), "");
    fs::write(project.path().join("a.md"), "# Nothing\n").expect("the page can be written");
    assert!(run_pages(&paths, false, "", double).contains("no section with blocks"));
}
