//! The ratchet: figures that may get better and never worse without somebody saying so.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use crate::paths;

/// One line per project and dialect: its name and its figures in words.
pub type Lines = BTreeMap<String, String>;

fn file() -> PathBuf {
    paths::workspace().join("corpus/RATCHET.txt")
}

/// Reads the recorded lines; a file that is not there has none.
pub fn read() -> Lines {
    parse(&fs::read_to_string(file()).unwrap_or_default())
}

fn parse(text: &str) -> Lines {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, figures)| (name.to_owned(), figures.to_owned()))
        .collect()
}

/// Records new lines beside those that were not measured.
fn write(measured: &Lines) -> Result<()> {
    let mut all = read();
    all.extend(measured.clone());
    let mut text = String::from(
        "# What the reader makes of real projects, against what real Alembic built (`cargo xtask corpus run --update`),\n\
         # what it reads of their models, against SQLAlchemy's create_all (`cargo xtask corpus models --update`),\n\
         # and where their downgrades end, against real Alembic (`cargo xtask corpus downgrades --update`).\n\
         # Reviewed like code: a line that gets worse needs a reason in the commit.\n",
    );
    for (name, figures) in all {
        text.push_str(&format!("{name}: {figures}\n"));
    }
    Ok(fs::write(file(), text)?)
}

/// Records the lines if they are meant to be, else prints what is not as recorded; returns whether all is.
pub fn settle(measured: &Lines, update: bool) -> Result<bool> {
    if update {
        write(measured)?;
        return Ok(true);
    }
    let changes = changes(measured);
    for change in &changes {
        println!("not as recorded: {change}");
    }
    Ok(changes.is_empty())
}

/// Returns the lines that are not as recorded.
fn changes(measured: &Lines) -> Vec<String> {
    let recorded = read();
    let changed = measured.iter().filter(|(name, figures)| recorded.get(*name) != Some(figures));
    changed
        .map(|(name, figures)| {
            let before = recorded.get(name).map_or("not recorded", String::as_str);
            format!("{name}: {before}\n  now: {figures}")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn comments_are_no_figures() {
        let lines = parse("# a: b\nshop pg: 3 revisions\n\n");
        assert_eq!(lines.into_iter().collect::<Vec<_>>(), [("shop pg".to_owned(), "3 revisions".to_owned())]);
    }
}
