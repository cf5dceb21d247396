//! `examples/sql-services` is found to be wrong exactly where its README says so.

use std::path::Path;

use trueup_project::config::{ConfigRequest, Configuration};
use trueup_project::pipelines::check::{CheckRequest, check};

/// Returns rule and path of every row of the table under "What is wrong", sorted.
fn rows(readme: &str) -> Vec<(String, String)> {
    let section =
        readme.split("\n## ").find(|section| section.starts_with("What is wrong")).unwrap_or_default();
    let code = |cell: &str| cell.split('`').nth(1).unwrap_or_default().to_owned();
    let mut rows: Vec<(String, String)> = section
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let cells: Vec<&str> = line.split('|').collect();
            (code(cells[1]), code(cells[2]))
        })
        .collect();
    rows.sort();
    rows
}

#[test]
fn what_the_readme_says_is_what_is_found() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/sql-services");
    let readme = std::fs::read_to_string(root.join("README.md")).expect("the example has a README");
    let request = ConfigRequest { directory: root, ..ConfigRequest::default() };
    let configuration = Configuration::load(&request).expect("the example has a configuration");
    let report = check(&configuration, &CheckRequest::default()).expect("the settings are valid");
    let mut found: Vec<(String, String)> = report
        .diagnostics
        .iter()
        .map(|found| {
            let path = found.location.as_ref().map_or("", |place| &place.path);
            (found.rule.to_owned(), path.to_owned())
        })
        .collect();
    found.sort();
    let expected = rows(&readme);
    assert_eq!(expected.len(), 9, "the README's table was read");
    assert_eq!(
        found,
        expected,
        "{:#?}",
        report.diagnostics.iter().map(|found| &found.message).collect::<Vec<_>>()
    );
}
