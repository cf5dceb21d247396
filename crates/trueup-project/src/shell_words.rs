//! Splits a line into words as a POSIX shell does, without doing anything else that a shell does.

/// Returns the words of a line; `None` when a quote is never closed or the line ends in a backslash.
///
/// Quotes and backslashes mean what they mean to Python's `shlex.split`, which Alembic asks.
pub(crate) fn split(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            letter if letter.is_whitespace() => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match letters.next()? {
                        '\'' => break,
                        inside => word.push(inside),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match letters.next()? {
                        '"' => break,
                        '\\' => match letters.next()? {
                            escaped @ ('"' | '\\') => word.push(escaped),
                            other => word.extend(['\\', other]),
                        },
                        inside => word.push(inside),
                    }
                }
            }
            '\\' => word.get_or_insert_default().push(letters.next()?),
            letter => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::split;

    /// The expected words are what `shlex.split` of Python 3.11 returns.
    #[test]
    fn words() {
        let words = |line: &str| split(line).unwrap_or_default();
        assert_eq!(words("-l 79  a.py"), ["-l", "79", "a.py"]);
        assert_eq!(words(r#"'a b'c "d\"e\n" f\ g '' "#), ["a bc", "d\"e\\n", "f g", ""]);
        assert_eq!(words(""), Vec::<String>::new());
        assert_eq!((split("'open"), split("end\\")), (None, None));
    }
}
