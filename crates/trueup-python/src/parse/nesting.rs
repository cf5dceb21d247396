//! Refuses text whose nesting is absurd, before a recursive parser sees it.

use crate::ast::{Span, SyntaxError};

/// Brackets inside brackets.
const MAX_BRACKETS: usize = 400;
/// Brackets that are open when strings are not told apart from code; an upper bound that no trick gets around.
const MAX_RAW_BRACKETS: usize = 20_000;
/// Operators, dots and calls in one chain without a comma or the end of the statement.
const MAX_CHAIN: usize = 8_000;
/// Spaces and tabs in front of a line.
const MAX_INDENT: usize = 2_000;
/// Offsets are 32 bits.
const MAX_BYTES: usize = 64 << 20;

/// Returns why a text is not parsed.
pub(super) fn refuse(source: &str) -> Option<SyntaxError> {
    let error = |at: usize, message: &str| {
        let at = at.min(MAX_BYTES) as u32;
        Some(SyntaxError { span: Span { start: at, end: at }, message: message.to_owned() })
    };
    if source.len() > MAX_BYTES {
        return error(0, "the file is larger than 64 MiB");
    }
    let bytes = source.as_bytes();
    if is_modest(bytes) {
        return None;
    }
    let (mut depth, mut raw, mut chain, mut at) = (0_usize, 0_usize, 0_usize, 0_usize);
    let mut words = 0_usize;
    for byte in bytes {
        match byte {
            b'(' | b'[' | b'{' => raw += 1,
            b')' | b']' | b'}' => raw = raw.saturating_sub(1),
            _ => {}
        }
        if raw > MAX_RAW_BRACKETS {
            return error(0, "code is nested too deeply to be read");
        }
    }
    let mut line_start = true;
    while let Some(&byte) = bytes.get(at) {
        if line_start {
            let indent = bytes[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            if indent > MAX_INDENT {
                return error(at, "code is indented too deeply to be read");
            }
            line_start = false;
        }
        match byte {
            b'#' => {
                at += bytes[at..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - at);
                continue;
            }
            b'"' | b'\'' => {
                let is_format = at > 0
                    && (matches!(bytes[at - 1], b'f' | b'F' | b't' | b'T')
                        || (at > 1 && matches!(bytes[at - 2], b'f' | b'F' | b't' | b'T')));
                let end = skip_string(bytes, at);
                if is_format && bracket_depth(&bytes[at..end]) + depth > MAX_BRACKETS {
                    return error(at, "code is nested too deeply to be read");
                }
                at = end;
                continue;
            }
            b'(' | b'[' | b'{' => {
                depth += 1;
                chain += 1;
            }
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b',' | b';' => {
                chain = 0;
                words = 0;
            }
            b'\n' => {
                line_start = true;
                if depth == 0 {
                    chain = 0;
                    words = 0;
                }
            }
            b'.' | b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^' | b'~' | b'@' | b'<' | b'>'
            | b'=' | b':' => {
                chain += 1;
            }
            b' ' => words += 1,
            _ => {}
        }
        if depth > MAX_BRACKETS || chain > MAX_CHAIN || words > 8 * MAX_CHAIN {
            return error(at, "code is nested too deeply to be read");
        }
        at += 1;
    }
    None
}

/// Tells whether a text has too little of everything to be nested too deeply, wherever it stands: nearly every text.
fn is_modest(bytes: &[u8]) -> bool {
    // One pass each over plain comparisons, which the compiler does many bytes at a time.
    let brackets = count(bytes, |byte| matches!(byte, b'(' | b'[' | b'{'));
    // `% & * + - . /` and `: < = >` with their neighbours, so that a range will do.
    let links = count(bytes, |byte| matches!(byte, b'%'..=b'/' | b':'..=b'@' | b'^' | b'|' | b'~'));
    brackets <= MAX_BRACKETS
        && brackets + links <= MAX_CHAIN
        && count(bytes, |byte| byte == b' ') <= 8 * MAX_CHAIN
        && !has_blanks(bytes)
}

fn count(bytes: &[u8], is: impl Fn(u8) -> bool) -> usize {
    // Sums that fit into a byte are what the compiler turns into its fastest loop.
    let in_part = |part: &[u8]| part.iter().map(|byte| u8::from(is(*byte))).sum::<u8>();
    bytes.chunks(255).map(|part| usize::from(in_part(part))).sum()
}

/// Tells whether more blanks than an indent may have stand in a row: such a row covers a multiple of its length.
fn has_blanks(bytes: &[u8]) -> bool {
    let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
    (0..bytes.len()).step_by(MAX_INDENT).any(|at| {
        let before = bytes[..at].iter().rev().take_while(is_blank).count();
        let after = bytes[at..].iter().take_while(is_blank).count();
        before + after > MAX_INDENT
    })
}

fn skip_string(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let triple = bytes.get(start + 1) == Some(&quote) && bytes.get(start + 2) == Some(&quote);
    let mut at = start + if triple { 3 } else { 1 };
    while let Some(&byte) = bytes.get(at) {
        if byte == b'\\' {
            at += 2;
            continue;
        }
        if triple {
            if byte == quote && bytes.get(at + 1) == Some(&quote) && bytes.get(at + 2) == Some(&quote) {
                return at + 3;
            }
        } else if byte == quote || byte == b'\n' {
            return at + 1;
        }
        at += 1;
    }
    bytes.len()
}

fn bracket_depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in bytes {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}
