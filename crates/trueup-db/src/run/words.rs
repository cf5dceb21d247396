//! Splits SQL text into statements and those into words, as far as that goes without understanding them.
//!
//! Comments, strings and dollar-quoted bodies are skipped, words are upper case, quoted identifiers keep their quotes so
//! that none is taken for a keyword. A body of `BEGIN … END` is not recognised: its statements are seen as statements of
//! the text. That is good enough for questions about first words; real reading is done in `trueup-sql`.

/// Returns the words of each statement; statements without a word are left out.
pub(crate) fn statements(sql: &str) -> Vec<Vec<String>> {
    let mut scanner = Scanner { rest: sql };
    let mut statements = vec![Vec::new()];
    while let Some(piece) = scanner.next_piece() {
        match piece {
            Piece::End => statements.push(Vec::new()),
            Piece::Word(word) => statements.last_mut().into_iter().for_each(|words| words.push(word.clone())),
        }
    }
    statements.retain(|words| !words.is_empty());
    statements
}

enum Piece {
    Word(String),
    End,
}

struct Scanner<'a> {
    rest: &'a str,
}

impl Scanner<'_> {
    fn next_piece(&mut self) -> Option<Piece> {
        loop {
            let first = self.rest.chars().next()?;
            match first {
                ';' => {
                    self.skip(1);
                    return Some(Piece::End);
                }
                '\'' => self.skip(quoted_length(self.rest, '\'', false)),
                '"' => return Some(Piece::Word(self.take(quoted_length(self.rest, '"', false)).to_owned())),
                '-' if self.rest.starts_with("--") => self.skip(self.rest.find('\n').unwrap_or(usize::MAX)),
                '/' if self.rest.starts_with("/*") => self.skip(comment_length(self.rest)),
                '$' => self.skip(dollar_quoted_length(self.rest)),
                first if is_word_character(first) => return Some(self.word()),
                other => self.skip(other.len_utf8()),
            }
        }
    }

    fn word(&mut self) -> Piece {
        let length = self.rest.find(|c| !is_word_character(c) && c != '$').unwrap_or(self.rest.len());
        let word = self.take(length).to_uppercase();
        // E'it\'s': only such strings know the backslash.
        if word == "E" && self.rest.starts_with('\'') {
            self.skip(quoted_length(self.rest, '\'', true));
        }
        Piece::Word(word)
    }

    fn take(&mut self, length: usize) -> &str {
        let (taken, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.rest = rest;
        taken
    }

    fn skip(&mut self, length: usize) {
        self.take(length);
    }
}

fn is_word_character(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of a quoted text with its quotes; a doubled quote does not end it.
fn quoted_length(text: &str, quote: char, backslash: bool) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        let escaped = backslash && c == '\\';
        let doubled = c == quote && characters.peek().is_some_and(|(_, next)| *next == quote);
        if escaped || doubled {
            characters.next();
        } else if c == quote {
            return at + c.len_utf8();
        }
    }
    text.len()
}

/// The length of a comment; PostgreSQL nests them.
fn comment_length(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// The length of `$tag$ … $tag$`, or of the `$` alone where it begins no such text (as in `$1`).
fn dollar_quoted_length(text: &str) -> usize {
    let Some(end) = text[1..].find('$').map(|at| at + 2) else { return 1 };
    let tag = &text[1..end - 1];
    if !tag.chars().all(is_word_character) || tag.starts_with(|c: char| c.is_ascii_digit()) {
        return 1;
    }
    text[end..].find(&text[..end]).map_or(text.len(), |at| end + at + end)
}

#[cfg(test)]
mod tests {
    use super::statements;

    fn joined(sql: &str) -> Vec<String> {
        statements(sql).iter().map(|words| words.join(" ")).collect()
    }

    #[test]
    fn words_of_statements() {
        for (sql, expected) in [
            ("vacuum", vec!["VACUUM"]),
            ("-- create; \n/* a /* b */ ; */ Vacuum (full) t;;", vec!["VACUUM FULL T"]),
            ("select 'it''s; x', \"Quo\"\"ted\"; select 2", vec!["SELECT \"Quo\"\"ted\"", "SELECT 2"]),
            (r"select E'it\'s; x' from t", vec!["SELECT E FROM T"]),
            ("do $body$ begin; end $body$; do $$ ; $$; select $1", vec!["DO", "DO", "SELECT 1"]),
            ("select 'unfinished; ä", vec!["SELECT"]),
            ("select \"unfinished; ä", vec!["SELECT \"unfinished; ä"]),
            ("/* unfinished", vec![]),
            ("$x$ unfinished", vec![]),
            ("$", vec![]),
        ] {
            assert_eq!(joined(sql), expected, "{sql}");
        }
    }
}
