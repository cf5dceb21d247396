//! Which rules speak, where, and how loudly.

use std::collections::BTreeMap;

use trueup_schema::Severity;
use trueup_schema::revision::edit_distance;

use crate::{Group, RULES, glob, rules};

/// The settings `select`, `ignore`, per-file ignores and severities, checked.
///
/// The default speaks for all rules that are enabled by default.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    select: Option<Vec<Selector>>,
    ignore: Vec<Selector>,
    per_file: Vec<(String, Vec<Selector>)>,
    severities: BTreeMap<&'static str, Severity>,
}

/// What one word of the settings means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Selector {
    All,
    Group(Group),
    Rule(&'static str),
}

/// A word in the settings that names nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// No rule, group or `all`.
    #[error("no rule or group is called `{name}`{}", did_you_mean(suggestion.as_deref()))]
    UnknownRule {
        /// The word.
        name: String,
        /// A rule or group with a similar name.
        suggestion: Option<String>,
    },
    /// A severity that does not exist.
    #[error("`{severity}` is no severity of rule `{rule}`: use error, warning, info or off")]
    UnknownSeverity {
        /// The rule.
        rule: String,
        /// The word.
        severity: String,
    },
}

fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

impl Selection {
    /// Speaks only for the named rules and groups (`all` for every rule, off by default or not).
    ///
    /// # Errors
    /// The first word that names nothing.
    pub fn select(mut self, words: &[impl AsRef<str>]) -> Result<Self, SelectError> {
        self.select.get_or_insert_default().extend(parse_all(words)?);
        Ok(self)
    }

    /// Does not speak for the named rules and groups.
    ///
    /// # Errors
    /// The first word that names nothing.
    pub fn ignore(mut self, words: &[impl AsRef<str>]) -> Result<Self, SelectError> {
        self.ignore.extend(parse_all(words)?);
        Ok(self)
    }

    /// Does not speak for the named rules and groups in files that match a pattern.
    ///
    /// # Errors
    /// The first word that names nothing.
    pub fn ignore_in(
        mut self,
        pattern: impl Into<String>,
        words: &[impl AsRef<str>],
    ) -> Result<Self, SelectError> {
        self.per_file.push((pattern.into(), parse_all(words)?));
        Ok(self)
    }

    /// Reports all rules that a word names at another severity; `off` is the same as ignoring them.
    ///
    /// # Errors
    /// A word that names no rule, group or severity.
    pub fn severity_of(mut self, word: &str, severity: &str) -> Result<Self, SelectError> {
        let selector = parse(word)?;
        let severity = match severity {
            "error" => Severity::Error,
            "warning" => Severity::Warning,
            "info" => Severity::Info,
            "off" => {
                self.ignore.push(selector);
                return Ok(self);
            }
            _ => {
                return Err(SelectError::UnknownSeverity {
                    rule: word.to_owned(),
                    severity: severity.to_owned(),
                });
            }
        };
        for rule in RULES.iter().filter(|rule| selector.names(rule.name)) {
            self.severities.insert(rule.name, severity);
        }
        Ok(self)
    }

    /// Tells whether a rule speaks about a file.
    pub fn is_selected(&self, rule: &str, path: &str) -> bool {
        let wanted = match &self.select {
            Some(selectors) => selectors.iter().any(|selector| match selector {
                // A group means its everyday rules; what is off by default is asked for by name or with `all`.
                Selector::Group(_) => selector.names(rule) && enabled(rule),
                _ => selector.names(rule),
            }),
            None => enabled(rule) || self.severities.contains_key(rule),
        };
        let ignored = self.ignore.iter().any(|selector| selector.names(rule));
        let ignored_here = || {
            self.per_file.iter().any(|(pattern, selectors)| {
                selectors.iter().any(|selector| selector.names(rule)) && glob::matches(pattern, path)
            })
        };
        wanted && !ignored && !ignored_here()
    }

    /// Returns the severity that the settings give a rule.
    pub fn severity(&self, rule: &str) -> Option<Severity> {
        self.severities.get(rule).copied()
    }
}

impl Selector {
    fn names(self, rule: &str) -> bool {
        match self {
            Self::All => true,
            Self::Group(group) => rules::rule(rule).is_some_and(|rule| rule.group == group),
            Self::Rule(name) => name == rule,
        }
    }
}

fn enabled(rule: &str) -> bool {
    rules::rule(rule).is_none_or(|rule| rule.enabled)
}

fn parse_all(words: &[impl AsRef<str>]) -> Result<Vec<Selector>, SelectError> {
    words.iter().map(|word| parse(word.as_ref())).collect()
}

fn parse(word: &str) -> Result<Selector, SelectError> {
    if word == "all" {
        return Ok(Selector::All);
    }
    if let Some(group) = Group::from_name(word) {
        return Ok(Selector::Group(group));
    }
    if let Some(rule) = rules::rule(word) {
        return Ok(Selector::Rule(rule.name));
    }
    Err(SelectError::UnknownRule { name: word.to_owned(), suggestion: similar(word) })
}

/// Returns the rule or group whose name is nearest to a word, if any is near.
pub fn similar(word: &str) -> Option<String> {
    let groups = Group::ALL.iter().map(|group| group.name());
    let names = RULES.iter().map(|rule| rule.name).chain(groups);
    let nearest = names.min_by_key(|name| edit_distance(name, word))?;
    (edit_distance(nearest, word) <= 2 + word.len() / 6).then(|| nearest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Selection;

    #[test]
    fn select_ignore_and_per_file() {
        let selection = Selection::default().select(&["graph"]).unwrap().ignore(&["multiple-heads"]).unwrap();
        let selection = selection.ignore_in("old/**", &["multiple-bases"]).unwrap();
        assert!(selection.is_selected("multiple-bases", "new/a.py"));
        assert!(!selection.is_selected("multiple-bases", "old/a.py"));
        assert!(!selection.is_selected("multiple-heads", "new/a.py"));
        assert!(!selection.is_selected("unindexed-foreign-key", "new/a.py"));
    }

    #[test]
    fn a_rule_that_is_off_speaks_when_named_or_given_a_severity() {
        assert!(!Selection::default().is_selected("undocumented-index", ""));
        assert!(!Selection::default().select(&["models"]).unwrap().is_selected("undocumented-index", ""));
        assert!(
            Selection::default()
                .select(&["undocumented-index"])
                .unwrap()
                .is_selected("undocumented-index", "")
        );
        let selection = Selection::default().severity_of("undocumented-index", "warning").unwrap();
        assert!(selection.is_selected("undocumented-index", ""));
    }

    #[test]
    fn unknown_names_suggest_a_near_one() {
        let error = Selection::default().ignore(&["multiple-head"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no rule or group is called `multiple-head`; did you mean `multiple-heads`?"
        );
        assert!(Selection::default().severity_of("multiple-heads", "loud").is_err());
    }
}
