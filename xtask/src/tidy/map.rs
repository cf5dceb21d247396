//! The code map in ARCHITECTURE.md: every crate with its top-level modules, in the words of their own first sentences.
//!
//! The map stands between two markers. `tidy --write` writes it and `tidy` compares it, so it can neither forget a
//! module nor keep one that is gone.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::{Problem, Tree};

const FILE: &str = "ARCHITECTURE.md";
const BEGIN: &str = "<!-- code map: begin (written by `cargo xtask tidy --write`) -->\n";
const END: &str = "<!-- code map: end -->\n";

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let Some(text) = tree.files.get(FILE) else {
        return vec![Problem::file(FILE, "is missing")];
    };
    match rewritten(text, tree) {
        Some(updated) if updated == *text => Vec::new(),
        Some(_) => {
            vec![Problem::file(FILE, "the code map differs from the tree; run `cargo xtask tidy --write`")]
        }
        None => {
            vec![Problem::file(FILE, format!("the markers of the code map are missing: {}", BEGIN.trim()))]
        }
    }
}

pub(super) fn write(root: &Path, tree: &Tree) -> Result<()> {
    let text = tree.files.get(FILE).with_context(|| format!("{FILE} is missing"))?;
    let updated = rewritten(text, tree).with_context(|| format!("{FILE} has no markers for the code map"))?;
    if updated != *text {
        fs::write(root.join(FILE), updated)?;
    }
    Ok(())
}

fn rewritten(text: &str, tree: &Tree) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{}{END}{after}", rendered(tree)))
}

fn rendered(tree: &Tree) -> String {
    let mut crates: BTreeMap<&str, Vec<(&str, String)>> = BTreeMap::new();
    for (path, text) in tree.rust_files() {
        let Some((crate_path, module)) = path.split_once("/src/") else { continue };
        if let Some(name) = top_level_module(module) {
            crates.entry(crate_path).or_default().push((name, first_sentence(text)));
        }
    }
    let mut map = String::new();
    for (crate_path, modules) in crates {
        let root = modules.iter().find(|(name, _)| matches!(*name, "lib" | "main"));
        let _ = writeln!(map, "\n### `{crate_path}`\n\n{}", root.map_or("", |(_, doc)| doc.as_str()));
        let mut listed: Vec<&(&str, String)> =
            modules.iter().filter(|(name, _)| !matches!(*name, "lib" | "main")).collect();
        listed.sort();
        map.push_str(if listed.is_empty() { "" } else { "\n" });
        for (name, doc) in listed {
            let _ = writeln!(map, "- `{name}`: {doc}");
        }
    }
    map.push('\n');
    map
}

/// `ops/mod.rs` and `ops.rs` are the module `ops`; `ops/error.rs` is below it.
fn top_level_module(path: &str) -> Option<&str> {
    let name = path.strip_suffix("/mod.rs").or_else(|| path.strip_suffix(".rs"))?;
    (!name.contains('/') && !name.ends_with("tests")).then_some(name)
}

/// The first sentence of the module's documentation, on one line.
fn first_sentence(text: &str) -> String {
    let lines = text.lines().skip_while(|line| !line.starts_with("//! "));
    let paragraph: Vec<&str> = lines.map_while(|line| line.strip_prefix("//! ")).collect();
    let paragraph = paragraph.join(" ");
    let sentence = paragraph.split_once(". ").map_or(paragraph.as_str(), |(sentence, _)| sentence);
    sentence.trim_end_matches(['.', ':']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{BEGIN, END, check, rewritten};
    use crate::tidy::{Tree, tree};

    fn sample(map: &str) -> Tree {
        let page = format!("# A\n{BEGIN}{map}{END}After.\n");
        tree(&[
            ("ARCHITECTURE.md", page.as_str()),
            ("crates/a/src/lib.rs", "//! The crate. More.\n"),
            ("crates/a/src/ops/mod.rs", "//! Operations: one\n//! file each. More.\n//!\n//! Not this.\n"),
            ("crates/a/src/ops/error.rs", "//! Not top level.\n"),
            ("crates/a/tests/it.rs", "//! Not in the map.\n"),
        ])
    }

    #[test]
    fn the_map_lists_crates_and_top_level_modules() {
        let tree = sample("");
        assert_eq!(check(&tree).len(), 1);
        let page = rewritten(&tree.files["ARCHITECTURE.md"], &tree).expect("the markers are there");
        assert!(
            page.contains("### `crates/a`\n\nThe crate\n\n- `ops`: Operations: one file each\n"),
            "{page}"
        );
        assert!(page.ends_with("After.\n") && !page.contains("Not "), "{page}");
    }

    #[test]
    fn a_current_map_is_silent() {
        let map = "\n### `crates/a`\n\nThe crate\n\n- `ops`: Operations: one file each\n\n";
        assert_eq!(check(&sample(map)), []);
    }
}
