//! The workspace is tidy: the rules of ARCHITECTURE.md hold with every `cargo test`.

#[test]
fn the_workspace_is_tidy() {
    let problems = xtask::tidy::problems(&xtask::root()).expect("the workspace can be read");
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "\n{}", lines.join("\n"));
}
