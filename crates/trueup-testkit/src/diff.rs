//! A line difference of two texts, for the failure messages of tests.

use std::fmt::Write as _;

/// Returns the difference as lines that begin with `-` (only expected), `+` (only actual) or a blank (both).
///
/// Equal texts give the empty string. Long common stretches are cut to three lines around each change.
pub fn line_diff(expected: &str, actual: &str) -> String {
    if expected == actual {
        return String::new();
    }
    let old: Vec<&str> = expected.lines().collect();
    let new: Vec<&str> = actual.lines().collect();
    render(&edits(&old, &new))
}

/// One line of a difference.
#[derive(Clone, Copy, PartialEq)]
enum Edit<'a> {
    Keep(&'a str),
    Remove(&'a str),
    Insert(&'a str),
}

/// The longest common subsequence, computed by the classic table; expectations are short enough for a quadratic method.
fn edits<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Edit<'a>> {
    let mut longest = vec![vec![0usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i][j] = if old[i] == new[j] {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut edits = Vec::new();
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            edits.push(Edit::Keep(old[i]));
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || longest[i + 1][j] >= longest[i][j + 1]) {
            edits.push(Edit::Remove(old[i]));
            i += 1;
        } else {
            edits.push(Edit::Insert(new[j]));
            j += 1;
        }
    }
    edits
}

fn render(edits: &[Edit<'_>]) -> String {
    const CONTEXT: usize = 3;
    let changed: Vec<usize> =
        (0..edits.len()).filter(|&index| !matches!(edits[index], Edit::Keep(_))).collect();
    let mut text = String::new();
    let mut skipping = false;
    for (index, edit) in edits.iter().enumerate() {
        let near = changed.iter().any(|&change| change.abs_diff(index) <= CONTEXT);
        if !near {
            if !skipping {
                text.push_str("  …\n");
            }
            skipping = true;
            continue;
        }
        skipping = false;
        let (mark, line) = match edit {
            Edit::Keep(line) => (' ', line),
            Edit::Remove(line) => ('-', line),
            Edit::Insert(line) => ('+', line),
        };
        let _ = writeln!(text, "{mark} {line}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::line_diff;

    #[test]
    fn equal_texts_have_no_difference() {
        assert_eq!(line_diff("a\nb", "a\nb"), "");
    }

    #[test]
    fn a_changed_line_is_removed_and_inserted() {
        assert_eq!(line_diff("a\nb\nc", "a\nx\nc"), "  a\n- b\n+ x\n  c\n");
    }

    #[test]
    fn far_common_lines_are_cut() {
        let expected = "1\n2\n3\n4\n5\n6\nend";
        let diff = line_diff(expected, "1\n2\n3\n4\n5\n6\nEND");
        assert_eq!(diff, "  …\n  4\n  5\n  6\n- end\n+ END\n");
    }
}
