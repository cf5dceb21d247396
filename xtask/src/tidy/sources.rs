//! Checks on single source files: module docs, length, purity, confined texts, open ends, machine paths.

use super::{Problem, Tree, is_allowed};

/// Above this a file needs a reason in `xtask/tidy.toml`.
const LONGEST_FILE: usize = 800;

/// What pure crates must not mention: every door to the world outside their arguments.
const IMPURE: [&str; 11] = [
    "std::fs",
    "std::env",
    "std::process",
    "std::net",
    "std::io::stdin",
    "SystemTime",
    "Instant::now",
    "println!",
    "eprintln!",
    "print!(",
    "std::os::",
];

/// Makes clippy enforce `clippy.toml` in a crate.
const DENIED: &str = "#![deny(clippy::disallowed_methods)]";

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, text) in tree.rust_files() {
        module_docs(path, text, &mut problems);
        length(tree, path, text, &mut problems);
        purity(tree, path, text, &mut problems);
        confined(tree, path, text, &mut problems);
        dialect(tree, path, text, &mut problems);
        open_ends(path, text, &mut problems);
    }
    for path in tree.settings.long_files.keys() {
        let lines = tree.files.get(path).map_or(0, |text| text.lines().count());
        if lines <= LONGEST_FILE {
            let message = format!("[long_files] names `{path}`, which has {lines} lines; remove the entry");
            problems.push(Problem::file("xtask/tidy.toml", message));
        }
    }
    for (path, text) in &tree.files {
        machine_paths(tree, path, text, &mut problems);
    }
    problems
}

fn module_docs(path: &str, text: &str, problems: &mut Vec<Problem>) {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if !first.starts_with("//!") {
        let message = "begins without `//!`: say in one sentence what the module is";
        problems.push(Problem::file(path, message));
    }
}

fn length(tree: &Tree, path: &str, text: &str, problems: &mut Vec<Problem>) {
    let lines = text.lines().count();
    if lines > LONGEST_FILE && !tree.settings.long_files.contains_key(path) {
        let message = format!(
            "{lines} lines, more than {LONGEST_FILE}: split it, or give a reason in [long_files] of xtask/tidy.toml"
        );
        problems.push(Problem::file(path, message));
    }
}

fn purity(tree: &Tree, path: &str, text: &str, problems: &mut Vec<Problem>) {
    let is_pure = tree.settings.pure.iter().any(|name| path.starts_with(&format!("crates/{name}/src/")));
    if !is_pure {
        return;
    }
    if path.ends_with("/src/lib.rs") && !text.contains(DENIED) {
        problems.push(Problem::file(path, format!("a pure crate says `{DENIED}`")));
    }
    for (number, line) in code_lines(path, text) {
        for word in IMPURE.iter().filter(|word| line.contains(**word)) {
            // `eprintln!` contains `println!`; one report is enough.
            if *word == "println!" && line.contains("eprintln!") {
                continue;
            }
            let message = format!("`{word}` in a pure crate; text comes in and values go out");
            problems.push(Problem { path: path.to_owned(), line: number, message });
        }
    }
}

fn confined(tree: &Tree, path: &str, text: &str, problems: &mut Vec<Problem>) {
    for rule in &tree.settings.confined {
        if is_allowed(path, &rule.allowed) || path.starts_with("xtask/") {
            continue;
        }
        for (number, line) in code_lines(path, text) {
            if let Some(found) = rule.texts.iter().find(|text| line.contains(text.as_str())) {
                let message = format!("`{found}` belongs in {}: {}", rule.allowed.join(" or "), rule.reason);
                problems.push(Problem { path: path.to_owned(), line: number, message });
            }
        }
    }
}

/// A comparison or a match arm on a dialect; building a value such as `Dialect::Sqlite` is free.
fn dialect(tree: &Tree, path: &str, text: &str, problems: &mut Vec<Problem>) {
    let is_test = path.contains("/tests/") || path.starts_with("xtask/");
    if is_test || is_allowed(path, &tree.settings.dialect.allowed) {
        return;
    }
    for (number, line) in code_lines(path, text) {
        if asks_dialect(line) {
            let message = "asks which dialect it is; ask the dialect what it can do instead";
            problems.push(Problem { path: path.to_owned(), line: number, message: message.to_owned() });
        }
    }
}

fn asks_dialect(line: &str) -> bool {
    if line.contains(".is_sqlite()") || line.contains(".is_postgresql()") {
        return true;
    }
    let Some(at) = line.find("Dialect::") else { return false };
    let (before, after) = line.split_at(at);
    let before = before.trim_end();
    let is_match = after.contains("=>") || after.contains(" | ") || before.contains("matches!(");
    let is_comparison = before.ends_with("==") || before.ends_with("!=") || after.contains(" == ");
    is_match || is_comparison || before.ends_with("let") || before.ends_with("let Some(")
}

fn open_ends(path: &str, text: &str, problems: &mut Vec<Problem>) {
    // Spelled apart so that this file does not report itself.
    for word in [concat!("TO", "DO"), concat!("FIX", "ME")] {
        for (index, line) in text.lines().enumerate() {
            let Some(at) = line.find(word) else { continue };
            let rest = &line[at + word.len()..];
            let has_number = rest
                .strip_prefix("(#")
                .and_then(|rest| rest.split_once(')'))
                .is_some_and(|(number, _)| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
            if !has_number {
                let message = format!("`{word}` without the number of an issue: write `{word}(#12)`");
                problems.push(Problem { path: path.to_owned(), line: index + 1, message });
            }
        }
    }
}

fn machine_paths(tree: &Tree, path: &str, text: &str, problems: &mut Vec<Problem>) {
    if is_allowed(path, &tree.settings.machine_paths.allowed) {
        return;
    }
    for (index, line) in text.lines().enumerate() {
        for found in tree.settings.machine_paths.forbidden.iter().filter(|found| holds_path(line, found)) {
            let message = format!("`{found}` is a path of one machine");
            problems.push(Problem { path: path.to_owned(), line: index + 1, message });
        }
    }
}

/// Whether the text stands there as the beginning of a path and not in the middle of one (`docs/work/`).
fn holds_path(line: &str, found: &str) -> bool {
    line.match_indices(found).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before
            .is_none_or(|before| !before.is_alphanumeric() && !matches!(before, '.' | '_' | '-' | '}' | '~'))
    })
}

/// The lines that are neither comments nor in the test module at the end of the file, with their numbers.
fn code_lines<'a>(path: &str, text: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    let is_test_file = path.ends_with("tests.rs") || path.contains("/tests/");
    let end =
        if is_test_file { Some(0) } else { text.lines().position(|line| line.trim() == "#[cfg(test)]") };
    text.lines()
        .take(end.unwrap_or(usize::MAX))
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::{Allowed, Confined, MachinePaths, Settings, Tree, tree};

    fn found(path: &str, text: &str) -> Vec<String> {
        let settings = Settings {
            pure: vec!["trueup-sql".to_owned()],
            confined: vec![Confined {
                texts: vec!["ruff_".to_owned()],
                allowed: vec!["crates/trueup-python/src/ast".to_owned()],
                reason: "one module".to_owned(),
            }],
            dialect: Allowed { allowed: vec!["crates/trueup-schema/".to_owned()] },
            machine_paths: MachinePaths { forbidden: vec![format!("/{}/", "home")], allowed: vec![] },
            ..Settings::default()
        };
        let tree = Tree { settings, ..tree(&[(path, text)]) };
        check(&tree).into_iter().map(|problem| problem.to_string()).collect()
    }

    #[test]
    fn a_module_without_docs_is_reported() {
        assert_eq!(found("crates/a/src/b.rs", "//! Doc.\n"), [""; 0]);
        assert!(found("crates/a/src/b.rs", "use x;\n")[0].contains("begins without `//!`"));
    }

    #[test]
    fn a_long_file_is_reported() {
        let text = format!("//! Doc.\n{}", "x\n".repeat(800));
        assert!(found("crates/a/src/b.rs", &text)[0].contains("801 lines"));
    }

    #[test]
    fn pure_crates_touch_nothing_outside_tests() {
        let impure = "//! Doc.\nlet text = std::fs::read(path);\n";
        assert!(
            found("crates/trueup-sql/src/b.rs", impure)[0]
                .starts_with("crates/trueup-sql/src/b.rs:2: `std::fs`")
        );
        assert_eq!(found("crates/trueup-db/src/b.rs", impure), [""; 0]);
        assert_eq!(found("crates/trueup-sql/tests/b.rs", impure), [""; 0]);
        assert!(found("crates/trueup-sql/src/lib.rs", "//! Doc.\n")[0].contains(super::DENIED));
        assert_eq!(found("crates/trueup-sql/src/lib.rs", &format!("//! Doc.\n{}\n", super::DENIED)), [""; 0]);
        let tested = format!("//! std::fs is not used.\n#[cfg(test)]\nmod tests {{ {impure} }}\n");
        assert_eq!(found("crates/trueup-sql/src/b.rs", &tested), [""; 0]);
    }

    #[test]
    fn confined_texts_stay_in_their_files() {
        let text = "//! Doc.\nuse ruff_python_ast::Stmt;\n";
        assert_eq!(found("crates/trueup-python/src/ast.rs", text), [""; 0]);
        assert!(found("crates/trueup-python/src/eval.rs", text)[0].contains("one module"));
    }

    #[test]
    fn only_some_files_match_on_the_dialect() {
        for line in [
            "Dialect::Sqlite => 1,",
            "if dialect == Dialect::Sqlite {",
            "if matches!(dialect, Dialect::Sqlite) {",
            "if let Dialect::Sqlite = dialect {",
            "if schema.dialect.is_sqlite() {",
        ] {
            let text = format!("//! Doc.\n{line}\n");
            assert_eq!(found("crates/trueup-lint/src/a.rs", &text).len(), 1, "{line}");
            assert_eq!(found("crates/trueup-schema/src/a.rs", &text), [""; 0]);
        }
        assert_eq!(
            found("crates/trueup-lint/src/a.rs", "//! Doc.\nlet a = Schema::new(Dialect::Sqlite);\n"),
            [""; 0]
        );
    }

    #[test]
    fn open_ends_carry_a_number() {
        let word = concat!("TO", "DO");
        assert_eq!(found("crates/a/src/b.rs", &format!("//! Doc.\n// {word}(#3): later\n")), [""; 0]);
        assert_eq!(found("crates/a/src/b.rs", &format!("//! Doc.\n// {word}: later\n")).len(), 1);
    }

    #[test]
    fn machine_paths_are_reported_in_every_file() {
        let path = format!("/{}/someone/x", "home");
        assert_eq!(found("README.md", &format!("See {path}.")).len(), 1);
        assert_eq!(found("README.md", &format!("See docs{path}.")), [""; 0]);
    }
}
