//! Intent comments: what a line of an input is expected to be told, written on that line.
//!
//! ```text
//! op.drop_column("users", "email")  # error: [drop-column] "drops column `users.email`"
//! -- warning: [missing-lock-timeout]
//! ALTER TABLE users ADD COLUMN age int;
//! ```
//! A comment after code speaks of its own line; a comment alone on a line speaks of the next line that is not an intent
//! comment. A snapshot shows everything, an intent comment shows what matters; use both.

use std::fmt;

/// One expectation written in a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The line the expectation speaks of; the first line is 1.
    pub line: usize,
    /// `error`, `warning` or `info`.
    pub severity: String,
    /// The rule between the brackets.
    pub rule: String,
    /// The text between the quotes, which must occur in the message.
    pub text: Option<String>,
}

/// One thing that was really reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// The line it points at; the first line is 1.
    pub line: usize,
    /// `error`, `warning` or `info`.
    pub severity: String,
    /// Name of the rule.
    pub rule: String,
    /// The message.
    pub message: String,
}

/// Reads the intent comments of a Python or SQL text.
///
/// # Errors
/// A comment that begins like an intent but cannot be read is an error that names its line, so that a typing mistake
/// does not silently expect nothing.
pub fn intents(text: &str) -> Result<Vec<Intent>, String> {
    let mut found = Vec::new();
    let mut waiting = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let Some((code, mut intent)) = intent_of(line, index + 1)? else {
            flush(&mut waiting, &mut found, index + 1);
            continue;
        };
        if code.trim().is_empty() {
            waiting.push(intent);
        } else {
            flush(&mut waiting, &mut found, index + 1);
            intent.line = index + 1;
            found.push(intent);
        }
    }
    if let Some(intent) = waiting.first() {
        return Err(format!("line {}: no line follows the intent comment", intent.line));
    }
    Ok(found)
}

/// Compares what was expected with what was reported.
///
/// # Errors
/// The message lists every expectation that nothing met and every report that nothing expected.
pub fn check_intents(intents: &[Intent], reported: &[Reported]) -> Result<(), String> {
    let mut left: Vec<&Reported> = reported.iter().collect();
    let mut complaints = Vec::new();
    for intent in intents {
        match left.iter().position(|report| intent.is_met_by(report)) {
            Some(index) => drop(left.remove(index)),
            None => complaints.push(format!("expected but not reported: {intent}")),
        }
    }
    complaints.extend(left.iter().map(|report| format!("reported but not expected: {report}")));
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n")) }
}

impl Intent {
    fn is_met_by(&self, report: &Reported) -> bool {
        self.line == report.line
            && self.severity == report.severity
            && self.rule == report.rule
            && self.text.as_ref().is_none_or(|text| report.message.contains(text))
    }
}

impl fmt::Display for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}: [{}]", self.line, self.severity, self.rule)?;
        match &self.text {
            Some(text) => write!(f, " \"{text}\""),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}: [{}] \"{}\"", self.line, self.severity, self.rule, self.message)
    }
}

fn flush(waiting: &mut Vec<Intent>, found: &mut Vec<Intent>, line: usize) {
    found.extend(waiting.drain(..).map(|intent| Intent { line, ..intent }));
}

/// Splits `code # error: [rule] "text"` into the code and the intent; `None` when the line has no such comment.
fn intent_of(line: &str, number: usize) -> Result<Option<(&str, Intent)>, String> {
    for mark in ["# ", "-- ", "// "] {
        for severity in ["error", "warning", "info"] {
            let opening = format!("{mark}{severity}: [");
            let Some(start) = line.find(&opening) else { continue };
            let rest = &line[start + opening.len()..];
            let (rule, tail) = rest
                .split_once(']')
                .ok_or_else(|| format!("line {number}: `]` is missing after the rule"))?;
            let intent = Intent {
                line: number,
                severity: severity.to_owned(),
                rule: rule.to_owned(),
                text: quoted(tail.trim(), number)?,
            };
            return Ok(Some((&line[..start], intent)));
        }
    }
    Ok(None)
}

fn quoted(text: &str, number: usize) -> Result<Option<String>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    text.strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .map(|text| Some(text.to_owned()))
        .ok_or_else(|| format!("line {number}: after the rule comes a text in double quotes or nothing"))
}

#[cfg(test)]
mod tests {
    use super::{Intent, Reported, check_intents, intents};

    fn intent(line: usize, rule: &str, text: Option<&str>) -> Intent {
        Intent { line, severity: "error".to_owned(), rule: rule.to_owned(), text: text.map(str::to_owned) }
    }

    fn reported(line: usize, rule: &str, message: &str) -> Reported {
        Reported { line, severity: "error".to_owned(), rule: rule.to_owned(), message: message.to_owned() }
    }

    #[test]
    fn a_trailing_comment_speaks_of_its_line() {
        let text = "a = 1\nb = 2  # error: [some-rule] \"about `b`\"\n";
        assert_eq!(intents(text), Ok(vec![intent(2, "some-rule", Some("about `b`"))]));
    }

    #[test]
    fn comments_alone_speak_of_the_next_line() {
        let text = "-- error: [one]\n-- error: [two]\nSELECT 1;\n";
        assert_eq!(intents(text), Ok(vec![intent(3, "one", None), intent(3, "two", None)]));
    }

    #[test]
    fn a_mistyped_intent_is_an_error() {
        assert!(intents("x  # error: [rule about\n").unwrap_err().contains("line 1"));
        assert!(intents("x  # error: [rule] about\n").unwrap_err().contains("double quotes"));
        assert!(intents("# error: [rule]").unwrap_err().contains("no line follows"));
    }

    #[test]
    fn both_directions_are_compared() {
        let expected = [intent(1, "one", Some("first"))];
        assert_eq!(check_intents(&expected, &[reported(1, "one", "the first")]), Ok(()));
        let complaint = check_intents(&expected, &[reported(2, "one", "the first")]).unwrap_err();
        assert!(complaint.contains("expected but not reported: line 1"));
        assert!(complaint.contains("reported but not expected: line 2"));
    }

    #[test]
    fn one_report_meets_one_expectation_only() {
        let expected = [intent(1, "one", None), intent(1, "one", None)];
        assert!(check_intents(&expected, &[reported(1, "one", "x")]).is_err());
    }
}
