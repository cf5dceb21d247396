//! `file-name-mismatch`: a file whose name does not tell its revision.

use trueup_schema::revision::Revision;
use trueup_schema::{Location, Severity};

use crate::context::GraphContext;
use crate::{Check, Group, Report, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    name: "file-name-mismatch",
    group: Group::Graph,
    severity: Severity::Info,
    summary: "The name of a revision file does not contain its revision id, as those of its neighbours do",
    enabled: true,
    docs: include_str!("file_name_mismatch.md"),
    check: Check::Graph(check),
};

fn check(context: &GraphContext<'_>, report: &mut Report) {
    let template_has_id = match context.file_template {
        Some(template) if !template.contains("(rev)") => return,
        template => template.is_some(),
    };
    let named: Vec<(usize, &Revision, &str)> = context
        .graph
        .revisions()
        .iter()
        .enumerate()
        .filter_map(|(index, revision)| Some((index, revision, revision.id.as_deref()?)))
        .collect();
    let mismatching: Vec<_> =
        named.iter().filter(|(_, revision, id)| !tells(revision.file_stem(), id)).collect();
    // Where most names do not contain the id the project has another habit, and there is nothing to say.
    if !template_has_id && mismatching.len() * 2 >= named.len() {
        return;
    }
    for (index, revision, id) in mismatching {
        let name = revision.path.rsplit('/').next().unwrap_or(&revision.path);
        let finding = RULE
            .finding(format!("the file `{name}` does not contain the id of its revision, `{id}`"))
            .at(context.id_location(*index).or_else(|| Some(Location::file(revision.path.clone()))))
            .about(context.object(*index))
            .help(format!("rename it to `{id}_<what it does>.py`; the name has no meaning to Alembic"));
        report.push(finding);
    }
}

/// Tells whether a file name contains the id, or a beginning of it that is long enough to recognise it by.
fn tells(stem: &str, id: &str) -> bool {
    let plain = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|sign| sign.to_ascii_lowercase()).collect()
    };
    let (stem, id) = (plain(stem), plain(id));
    let beginning = &id[..id.len().min(7)];
    stem.contains(&id) || (beginning.len() == 7 && stem.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{graph, graph_findings, revision};

    fn at(id: &str, path: &str) -> trueup_schema::revision::Revision {
        let mut revision = revision(id, &[]);
        revision.path = path.into();
        revision
    }

    #[test]
    fn the_odd_one_out_is_reported() {
        let graph = graph(vec![
            at("aa11", "v/aa11_x.py"),
            at("bb22", "v/2024_bb22_y.py"),
            at("cc33", "v/final_fix.py"),
        ]);
        let found = graph_findings(&RULE, &graph);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "the file `final_fix.py` does not contain the id of its revision, `cc33`"
        );
    }

    #[test]
    fn another_habit_is_not_judged() {
        let graph = graph(vec![at("aa11", "v/001_x.py"), at("bb22", "v/002_y.py"), at("cc33", "v/cc33.py")]);
        assert!(graph_findings(&RULE, &graph).is_empty());
    }
}
