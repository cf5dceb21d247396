//! Small pieces of messages.

/// Returns names in backticks with commas, at most `limit` of them.
pub(crate) fn list(names: &[impl AsRef<str>], limit: usize) -> String {
    let mut text =
        names.iter().take(limit).map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>().join(", ");
    if names.len() > limit {
        text.push_str(&format!(" and {} more", names.len() - limit));
    }
    text
}

/// Returns `1 table`, `2 tables`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = match noun {
        _ if number == 1 => noun.to_owned(),
        _ if noun.ends_with('x') || noun.ends_with('s') => format!("{noun}es"),
        _ if noun.ends_with('y') && !noun.ends_with("ey") => format!("{}ies", &noun[..noun.len() - 1]),
        _ => format!("{noun}s"),
    };
    format!("{number} {plural}")
}

/// Returns columns in parentheses, `(a, b)`.
pub(crate) fn columns(names: &[impl AsRef<str>]) -> String {
    format!("({})", names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", "))
}
