//! Expressions as the server prints them.

use trueup_schema::{ColumnType, Dialect, SqlExpr};

/// Returns an expression without the parentheses that the server puts around most of them.
pub(super) fn expression(text: &str) -> SqlExpr {
    SqlExpr::new(Dialect::Postgresql, unwrapped(text.trim()))
}

/// Returns a default in the normal form that its type decides.
pub(super) fn default_value(text: &str, column_type: &ColumnType) -> SqlExpr {
    SqlExpr::default_value(Dialect::Postgresql, text, column_type)
}

/// Splits at commas outside of parentheses and quotes.
pub(super) fn split_top_level(text: &str) -> Vec<&str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    each_outside_quotes(text, |at, character, depth| {
        if character == ',' && depth == 0 {
            parts.push(text[start..at].trim());
            start = at + 1;
        }
        true
    });
    parts.push(text[start..].trim());
    parts
}

fn unwrapped(text: &str) -> &str {
    let mut text = text;
    while let Some(inside) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        let mut closes_early = false;
        each_outside_quotes(text, |at, character, depth| {
            closes_early = character == ')' && depth == 1 && at + 1 < text.len();
            !closes_early
        });
        if closes_early {
            break;
        }
        text = inside.trim();
    }
    text
}

/// Visits every character outside of quotes with the number of open parentheses before it, until told to stop.
fn each_outside_quotes(text: &str, mut visit: impl FnMut(usize, char, usize) -> bool) {
    let (mut depth, mut quote) = (0usize, None);
    for (at, character) in text.char_indices() {
        if let Some(mark) = quote {
            quote = Some(mark).filter(|mark| *mark != character);
            continue;
        }
        if !visit(at, character, depth) {
            return;
        }
        match character {
            '\'' | '"' => quote = Some(character),
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{split_top_level, unwrapped};

    #[test]
    fn texts_are_split_outside_of_parentheses_and_quotes() {
        assert_eq!(split_top_level("a, f(b, c), \"x,y\", 'q,'"), ["a", "f(b, c)", "\"x,y\"", "'q,'"]);
    }

    #[test]
    fn only_parentheses_around_everything_are_taken_off() {
        for (text, expected) in [
            ("((a + 1))", "a + 1"),
            ("(a) + (b)", "(a) + (b)"),
            ("((a > 0) AND (b > 0))", "(a > 0) AND (b > 0)"),
            ("(a = ')'::text)", "a = ')'::text"),
            ("()", ""),
            ("now()", "now()"),
        ] {
            assert_eq!(unwrapped(text), expected, "{text}");
        }
    }
}
