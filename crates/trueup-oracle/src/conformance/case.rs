//! The cases of a suite as they are stored.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

/// The suites whose cases are pairs of states, and so can be tried.
const SUITES: [&str; 7] = [
    "bytebase-sdl",
    "migra",
    "pg-delta",
    "pg-schema-diff",
    "pgschema",
    "sqldef-psqldef",
    "sqldef-sqlite3def",
];

/// One pair of states.
#[derive(Debug, Deserialize)]
pub(super) struct Case {
    suite: String,
    name: String,
    pub(super) a: String,
    pub(super) b: String,
    /// What is there before either state.
    #[serde(default)]
    pub(super) setup: String,
    /// Rows in `a`, and in `b`.
    #[serde(default)]
    pub(super) seed: String,
    #[serde(default)]
    pub(super) seed_b: String,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    managed_roles: Vec<String>,
    /// The role that everything belongs to, with a namespace of its own.
    pub(super) user: Option<String>,
    /// Where it stands in its file.
    #[serde(skip)]
    pub(super) line: usize,
}

impl Case {
    pub(super) fn is_sqlite(&self) -> bool {
        self.suite.contains("sqlite")
    }

    /// Returns the name on one line.
    pub(super) fn title(&self) -> String {
        super::one_line(&self.name)
    }

    /// Returns the roles that the states expect to be there, as SQL.
    pub(super) fn roles(&self) -> Vec<String> {
        let quoted = |name: &String| {
            if name.starts_with('"') { name.clone() } else { trueup_schema::name::quote_identifier(name) }
        };
        self.roles.iter().chain(&self.managed_roles).chain(&self.user).map(quoted).collect()
    }

    /// Tells whether the case makes or needs roles.
    pub(super) fn has_roles(&self) -> bool {
        let mentions = |text: &String| {
            let text = text.to_ascii_uppercase();
            [" ROLE ", " USER ", "GRANT ", "OWNER "].iter().any(|word| text.contains(word))
        };
        !self.roles().is_empty() || [&self.setup, &self.a, &self.b].into_iter().any(mentions)
    }
}

/// Reads the suites of a folder.
pub(super) fn suites(folder: &Path, names: &[String]) -> Result<Vec<(String, Vec<Case>)>> {
    if let Some(unknown) = names.iter().find(|name| !SUITES.contains(&name.as_str())) {
        bail!("there is no suite `{unknown}`\nhint: there are {}", SUITES.join(", "));
    }
    let wanted = SUITES.iter().filter(|suite| names.is_empty() || names.iter().any(|name| name == *suite));
    wanted.map(|suite| Ok(((*suite).to_owned(), cases(&folder.join(format!("{suite}.jsonl")))?))).collect()
}

fn cases(path: &Path) -> Result<Vec<Case>> {
    let text = super::read(path)?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read = lines.map(|(at, line)| {
        let case = serde_json::from_str::<Case>(line);
        let case = case.with_context(|| format!("line {} of {}", at + 1, path.display()))?;
        Ok(Case { line: at + 1, ..case })
    });
    read.collect()
}
