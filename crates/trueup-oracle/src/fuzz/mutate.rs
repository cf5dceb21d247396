//! Makes new inputs of old ones.
//!
//! Most mutations work on tokens (runs of letters and digits, single signs), because flipped bytes alone rarely get
//! past a lexer; the rest are attacks that a reader of untrusted text must survive: nesting, repetition, odd letters.

use crate::random::Random;

/// No input grows beyond this, so that "slow" means the reader and not the input.
const MAX_BYTES: usize = 128 * 1024;

const PAIRS: &[(&str, &str)] = &[
    ("(", ")"),
    ("[", "]"),
    ("{", "}"),
    ("f(", ")"),
    ("x[", "]"),
    ("f'{", "}'"),
    ("-", ""),
    ("not ", ""),
    ("NOT ", ""),
    ("lambda: ", ""),
    ("(SELECT ", ")"),
    ("CASE WHEN ", " THEN 1 END"),
    ("/*", "*/"),
    ("$$", "$$"),
    ("\"", "\""),
    ("'", "'"),
    ("%(", ")s"),
    ("ARRAY[", "]"),
    ("BEGIN ", " END;"),
    ("IF a THEN ", " END IF;"),
    ("@f\n", ""),
    ("", "[]"),
    ("", ".a"),
    ("", "::int"),
    ("", " COLLATE \"C\""),
    ("", "()"),
    ("a and ", ""),
    ("a AND ", ""),
    ("1 + ", ""),
    ("x if y else ", ""),
    ("*", ""),
    ("~", ""),
    ("await ", ""),
];

const ODD: &[&str] = &[
    "\u{0}",
    "\u{feff}",
    "\u{200b}",
    "\u{202e}",
    "\u{1F600}",
    "\u{0301}",
    "\u{212a}",
    "ſ",
    "İ",
    "ß",
    "é",
    "漢",
    "\u{10FFFF}",
    "\u{2028}",
    "\u{85}",
    "\r",
    "\r\n",
    "\u{b}",
    "\u{c}",
    "\t",
    "\\",
    "\u{a0}",
    "٣",
    "²",
    "Ⅷ",
];

const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "-1",
    "2147483648",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "170141183460469231731687303715884105727",
    "170141183460469231731687303715884105728",
    "1e308",
    "1e999",
    "1e-999",
    "0x7fffffffffffffff",
    "00",
    "1_000",
    "0.5",
    ".5",
    "99999999999999999999999999999999999999999999999999",
];

/// Returns a new input made of one or two of the pool.
pub(crate) fn mutate(random: &mut Random, pool: &[Vec<u8>], dictionary: &[&str]) -> Vec<u8> {
    let mut bytes = random.pick(pool).clone();
    if bytes.len() > MAX_BYTES / 4 || random.one_in(3) {
        bytes = excerpt(random, &bytes);
    }
    for _ in 0..=random.below(5) {
        bytes = once(random, bytes, pool, dictionary);
        bytes.truncate(MAX_BYTES);
    }
    bytes
}

/// Returns some lines that follow each other.
fn excerpt(random: &mut Random, bytes: &[u8]) -> Vec<u8> {
    let starts: Vec<usize> = std::iter::once(0)
        .chain(bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1))
        .collect();
    let from = *random.pick(&starts);
    let lines = 1 + random.below(60);
    let to = starts.iter().copied().filter(|start| *start > from).nth(lines).unwrap_or(bytes.len());
    bytes[from..to].to_vec()
}

fn once(random: &mut Random, mut bytes: Vec<u8>, pool: &[Vec<u8>], dictionary: &[&str]) -> Vec<u8> {
    match random.below(16) {
        0 => {
            if !bytes.is_empty() {
                let at = random.below(bytes.len());
                bytes[at] ^= 1 << random.below(8);
            }
            bytes
        }
        1 => {
            let at = random.below(bytes.len() + 1);
            bytes.insert(at, random.next() as u8);
            bytes
        }
        2 => {
            bytes.truncate(random.below(bytes.len() + 1));
            bytes
        }
        3 | 4 => splice(random, &bytes, pool),
        5 => nest(random, &bytes),
        6 => repeat(random, &bytes),
        7 => insert_text(random, &bytes, ODD),
        8 | 9 => insert_text(random, &bytes, dictionary),
        10 => replace_number(random, &bytes),
        _ => move_tokens(random, &bytes, dictionary),
    }
}

/// Returns where tokens begin, with the end of the text as the last.
fn boundaries(bytes: &[u8]) -> Vec<usize> {
    let class = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | 0x80.. => 1,
        b' ' | b'\t' => 2,
        _ => 0,
    };
    let mut out = vec![0];
    for at in 1..bytes.len() {
        let kind = class(bytes[at]);
        if kind == 0 || kind != class(bytes[at - 1]) {
            out.push(at);
        }
    }
    if !bytes.is_empty() {
        out.push(bytes.len());
    }
    out
}

fn splice(random: &mut Random, bytes: &[u8], pool: &[Vec<u8>]) -> Vec<u8> {
    let other = excerpt(random, random.clone().pick::<Vec<u8>>(pool));
    let (left, right) = (boundaries(bytes), boundaries(&other));
    let (cut, resume) = (*random.pick(&left), *random.pick(&right));
    let mut out = bytes[..cut].to_vec();
    out.extend_from_slice(&other[resume..]);
    if random.one_in(2) {
        out.extend_from_slice(&bytes[cut..]);
    }
    out
}

fn nest(random: &mut Random, bytes: &[u8]) -> Vec<u8> {
    let marks = boundaries(bytes);
    let from = random.below(marks.len());
    let to = (from + random.below(6)).min(marks.len() - 1);
    let (open, close) = *random.pick(PAIRS);
    let most = [4, 40, 400, 4_000, 20_000][random.below(5)];
    let depth = (1 + random.below(most)).min(MAX_BYTES / (open.len() + close.len()));
    let mut out = bytes[..marks[from]].to_vec();
    out.extend(open.repeat(depth).into_bytes());
    out.extend_from_slice(&bytes[marks[from]..marks[to]]);
    if !random.one_in(4) {
        out.extend(close.repeat(depth).into_bytes());
    }
    out.extend_from_slice(&bytes[marks[to]..]);
    out
}

fn repeat(random: &mut Random, bytes: &[u8]) -> Vec<u8> {
    let marks = boundaries(bytes);
    let from = random.below(marks.len());
    let to = (from + 1 + random.below(12)).min(marks.len() - 1);
    let (from, to) = (marks[from].min(marks[to]), marks[to].max(marks[from]));
    let piece = &bytes[from..to];
    let most = [3, 30, 3_000, 30_000][random.below(4)];
    let times = (1 + random.below(most)).min(MAX_BYTES / piece.len().max(1));
    let mut out = bytes[..from].to_vec();
    for _ in 0..times {
        out.extend_from_slice(piece);
    }
    out.extend_from_slice(&bytes[to..]);
    out
}

fn insert_text(random: &mut Random, bytes: &[u8], texts: &[&str]) -> Vec<u8> {
    if texts.is_empty() {
        return bytes.to_vec();
    }
    let marks = boundaries(bytes);
    let at = *random.pick(&marks);
    let mut out = bytes[..at].to_vec();
    out.extend_from_slice(random.pick(texts).as_bytes());
    if random.one_in(2) {
        out.push(b' ');
    }
    out.extend_from_slice(&bytes[at..]);
    out
}

fn replace_number(random: &mut Random, bytes: &[u8]) -> Vec<u8> {
    let marks = boundaries(bytes);
    let numbers: Vec<usize> = (0..marks.len() - 1).filter(|at| bytes[marks[*at]].is_ascii_digit()).collect();
    if numbers.is_empty() {
        return insert_text(random, bytes, NUMBERS);
    }
    let at = *random.pick(&numbers);
    let mut out = bytes[..marks[at]].to_vec();
    out.extend_from_slice(random.pick(NUMBERS).as_bytes());
    out.extend_from_slice(&bytes[marks[at + 1]..]);
    out
}

/// Deletes, doubles, exchanges or replaces tokens.
fn move_tokens(random: &mut Random, bytes: &[u8], dictionary: &[&str]) -> Vec<u8> {
    let marks = boundaries(bytes);
    let mut tokens: Vec<&[u8]> = marks.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
    if tokens.is_empty() {
        return bytes.to_vec();
    }
    let at = random.below(tokens.len());
    let end = (at + 1 + random.below(8)).min(tokens.len());
    match random.below(4) {
        0 => {
            tokens.drain(at..end);
        }
        1 => {
            let copy = tokens[at..end].to_vec();
            let target = random.below(tokens.len() + 1);
            tokens.splice(target..target, copy);
        }
        2 => {
            let other = random.below(tokens.len());
            tokens.swap(at, other);
        }
        _ if !dictionary.is_empty() => tokens[at] = random.pick(dictionary).as_bytes(),
        _ => {}
    }
    tokens.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mutations_survive_every_input() {
        let pool = vec![Vec::new(), b"x = 1\n".to_vec(), vec![0xff; 40], b"SELECT 12 FROM t;\n".repeat(90)];
        let mut random = Random::new(7);
        for _ in 0..3_000 {
            assert!(mutate(&mut random, &pool, &["SELECT", "("]).len() <= MAX_BYTES);
        }
    }

    #[test]
    fn a_seed_gives_the_same_cases() {
        let pool = vec![b"def f(x):\n    return x + 1\n".to_vec()];
        let cases = |seed| {
            let mut random = Random::new(seed);
            (0..50).map(|_| mutate(&mut random, &pool, &[])).collect::<Vec<_>>()
        };
        assert_eq!(cases(3), cases(3));
        assert_ne!(cases(3), cases(4));
    }
}
