//! Path patterns of settings: `*` within a folder, `**` across folders, `?` for one character.

/// Tells whether a project-relative path matches a pattern.
///
/// A pattern without `/` is matched against the last part of the path, as git and ruff do; a pattern that names a
/// folder matches everything in it.
///
/// ```
/// use trueup_lint::glob::matches;
///
/// assert!(matches("migrations/**/*.py", "migrations/versions/a.py"));
/// assert!(matches("*_test.py", "app/user_test.py"));
/// assert!(matches("legacy/", "legacy/a/b.sql"));
/// assert!(!matches("app/*.py", "app/models/user.py"));
/// ```
pub fn matches(pattern: &str, path: &str) -> bool {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let folder = pattern.trim_end_matches('/');
    if path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')) {
        return true;
    }
    if pattern.contains('/') {
        return matches_parts(&split(pattern.trim_start_matches('/')), &split(path));
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    matches_name(pattern, name) || path == pattern
}

fn split(text: &str) -> Vec<&str> {
    text.split('/').collect()
}

/// Matches part by part; remembers the last `**` instead of recursing, so that no pattern can take long.
fn matches_parts(pattern: &[&str], path: &[&str]) -> bool {
    matches_with_star(pattern, path, |part| *part == "**", |part, name| matches_name(part, name))
}

fn matches_name(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    matches_with_star(
        &pattern,
        &name,
        |part| *part == '*',
        |part, character| *part == '?' || part == character,
    )
}

fn matches_with_star<P, T>(
    pattern: &[P],
    text: &[T],
    is_star: impl Fn(&P) -> bool,
    fits: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut at_pattern, mut at_text) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while at_text < text.len() {
        if pattern.get(at_pattern).is_some_and(&is_star) {
            last_star = Some((at_pattern, at_text));
            at_pattern += 1;
        } else if pattern.get(at_pattern).is_some_and(|part| fits(part, &text[at_text])) {
            at_pattern += 1;
            at_text += 1;
        } else if let Some((star, from)) = last_star {
            last_star = Some((star, from + 1));
            at_pattern = star + 1;
            at_text = from + 1;
        } else {
            return false;
        }
    }
    pattern[at_pattern..].iter().all(is_star)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn double_star_crosses_folders_and_may_be_nothing() {
        assert!(matches("a/**/z.py", "a/z.py"));
        assert!(matches("a/**/z.py", "a/b/c/z.py"));
        assert!(!matches("a/**/z.py", "b/z.py"));
    }

    #[test]
    fn many_stars_do_not_take_long() {
        let pattern = "*a".repeat(60);
        assert!(!matches(&pattern, &"a".repeat(40)));
    }
}
