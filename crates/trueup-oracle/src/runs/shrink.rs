//! Makes a project and a sequence of commands smaller as long as they still differ in the same way.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use trueup_schema::Dialect;

use super::command::Command;
use super::project::Project;
use super::sides::Sides;
use super::tally::in_few_words;
use super::trial::{Difference, replayed};
use crate::paths;

/// Trials that are spent on one difference.
const PATIENCE: usize = 60;

struct Search<'a> {
    dialect: Dialect,
    sides: &'a mut Sides,
    kind: String,
    left: usize,
    found: Difference,
}

/// Shrinks, keeps the rest below `target/runs` and returns where, with the difference that is left.
pub(super) fn keep(
    name: &str,
    project: &Project,
    dialect: Dialect,
    commands: &[Command],
    difference: Difference,
    sides: &mut Sides,
) -> Result<(PathBuf, Difference)> {
    let kind = in_few_words(&difference.kind);
    let (mut project, mut commands) = (project.clone(), commands.to_vec());
    let mut search = Search { dialect, sides, kind, left: PATIENCE, found: difference };
    search.fewer_commands(&project, &mut commands)?;
    search.fewer_steps(&mut project, &commands)?;
    let place = paths::workspace().join("target/runs").join(name);
    project.write(&place)?;
    let commands: Vec<String> = commands.iter().map(Command::text).collect();
    let text = format!("{}\n\n{}\n\n{}\n", commands.join("\n"), search.found.kind, search.found.text);
    fs::write(place.join("difference.txt"), text)?;
    Ok((place, search.found))
}

impl Search<'_> {
    fn is_same(&mut self, project: &Project, commands: &[Command]) -> Result<bool> {
        if self.left == 0 || commands.is_empty() {
            return Ok(false);
        }
        self.left -= 1;
        match replayed(project, self.dialect, commands, self.sides)? {
            Some(found) if in_few_words(&found.kind) == self.kind => {
                self.found = found;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn fewer_commands(&mut self, project: &Project, commands: &mut Vec<Command>) -> Result<()> {
        // Mostly the last one is enough.
        if let Some(last) = commands.last().cloned()
            && self.is_same(project, std::slice::from_ref(&last))?
        {
            *commands = vec![last];
            return Ok(());
        }
        let mut at = 0;
        while at + 1 < commands.len() {
            let mut fewer = commands.clone();
            fewer.remove(at);
            if self.is_same(project, &fewer)? {
                *commands = fewer;
            } else {
                at += 1;
            }
        }
        Ok(())
    }

    fn fewer_steps(&mut self, project: &mut Project, commands: &[Command]) -> Result<()> {
        for number in (0..project.revisions.len()).rev() {
            for is_up in [true, false] {
                let mut fewer = project.clone();
                let body = &mut fewer.revisions[number].body;
                let steps = if is_up { &mut body.up } else { &mut body.down };
                if steps.is_empty() {
                    continue;
                }
                steps.clear();
                if self.is_same(&fewer, commands)? {
                    *project = fewer;
                    continue;
                }
                self.single_steps(project, number, is_up, commands)?;
            }
        }
        Ok(())
    }

    fn single_steps(
        &mut self,
        project: &mut Project,
        number: usize,
        is_up: bool,
        commands: &[Command],
    ) -> Result<()> {
        let mut at = 0;
        loop {
            let mut fewer = project.clone();
            let body = &mut fewer.revisions[number].body;
            let steps = if is_up { &mut body.up } else { &mut body.down };
            if at >= steps.len() || steps.len() == 1 {
                return Ok(());
            }
            steps.remove(at);
            if self.is_same(&fewer, commands)? {
                *project = fewer;
            } else {
                at += 1;
            }
        }
    }
}
