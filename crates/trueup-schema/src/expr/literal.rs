//! The normal form of literals: numbers, intervals, points in time, JSON, arrays.
//!
//! The server prints a constant through its type's output function, `interval '1 hour'` as `'01:00:00'::interval`;
//! these functions bring both spellings to one text. What they cannot read stays as it is.

use std::borrow::Cow;

/// Returns a number without exponent, leading zeros and plus sign: `1e3` is `1000`, `.5` is `0.5`.
pub(super) fn number(text: &str) -> String {
    if let Some(hexadecimal) = text.strip_prefix("0x") {
        return u128::from_str_radix(hexadecimal, 16)
            .map_or_else(|_| text.to_owned(), |value| value.to_string());
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let Ok(exponent) = exponent.parse::<i32>() else { return text.to_owned() };
    if exponent.abs() > 400 {
        return text.to_owned();
    }
    let all = format!("{whole}{fraction}");
    let point = whole.len() as i32 + exponent;
    let (whole, fraction) = if point <= 0 {
        ("0".to_owned(), format!("{}{all}", "0".repeat(point.unsigned_abs() as usize)))
    } else if point as usize >= all.len() {
        (format!("{all}{}", "0".repeat(point as usize - all.len())), String::new())
    } else {
        (all[..point as usize].to_owned(), all[point as usize..].to_owned())
    };
    let trimmed = whole.trim_start_matches('0');
    let whole = if trimmed.is_empty() { "0" } else { trimmed };
    let zero = whole == "0" && fraction.bytes().all(|digit| digit == b'0');
    let sign = if zero { "" } else { sign };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// Returns the number that a string spells, if it spells a plain one.
pub(super) fn numeric_string(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().any(|byte| byte.is_ascii_digit())
        && digits.bytes().filter(|byte| *byte == b'.').count() <= 1;
    plain.then(|| number(text))
}

/// Returns a number without zeros at the end of its fraction, for types to which they mean nothing.
pub(super) fn without_trailing_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// Returns the truth value that a string spells for `boolean`.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "t" | "tr" | "tru" | "true" | "y" | "ye" | "yes" | "on" | "1" => Some(true),
        "f" | "fa" | "fal" | "fals" | "false" | "n" | "no" | "of" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// Returns the binary digits of a bit string given with its prefix.
pub(super) fn bits(text: &str) -> String {
    let Some(hexadecimal) = text.strip_prefix("x:") else { return text.to_owned() };
    let mut binary = "b:".to_owned();
    for digit in hexadecimal.chars() {
        let Some(value) = digit.to_digit(16) else { return text.to_owned() };
        binary.push_str(&format!("{value:04b}"));
    }
    binary
}

/// Returns an interval as months, days and microseconds: `1 year 2 days` is `12 mon 2 day`.
pub(super) fn interval(text: &str) -> Option<String> {
    let (mut months, mut days, mut micros) = (0_i64, 0_i64, 0_i64);
    let text = text.trim().trim_start_matches('@').to_ascii_lowercase();
    let ago = text.ends_with(" ago");
    let text = text.strip_suffix("ago").unwrap_or(&text);
    let spaced = with_spaces(text);
    let mut words = spaced.split_whitespace().peekable();
    let mut any = false;
    while let Some(word) = words.next() {
        any = true;
        if word.contains(':') {
            micros = micros.checked_add(clock(word)?)?;
            continue;
        }
        let amount: f64 = word.parse().ok()?;
        let whole = amount.fract() == 0.0;
        let unit = words.next().unwrap_or("second");
        let count = amount as i64;
        match unit.strip_suffix('s').unwrap_or(unit) {
            "year" | "y" | "yr" if whole => months = months.checked_add(count.checked_mul(12)?)?,
            "month" | "mon" if whole => months = months.checked_add(count)?,
            "week" | "w" if whole => days = days.checked_add(count.checked_mul(7)?)?,
            "day" | "d" if whole => days = days.checked_add(count)?,
            "hour" | "h" | "hr" => micros = micros.checked_add(scaled(amount, 3_600_000_000.0)?)?,
            "minute" | "min" | "m" => micros = micros.checked_add(scaled(amount, 60_000_000.0)?)?,
            "second" | "sec" | "" => micros = micros.checked_add(scaled(amount, 1_000_000.0)?)?,
            "millisecond" | "m sec" | "msec" | "ms" => {
                micros = micros.checked_add(scaled(amount, 1000.0)?)?;
            }
            "decade" if whole => months = months.checked_add(count.checked_mul(120)?)?,
            "century" | "centurie" if whole => months = months.checked_add(count.checked_mul(1200)?)?,
            _ => return None,
        }
    }
    if !any {
        return None;
    }
    let sign = if ago { -1 } else { 1 };
    let parts = [(months, "mon"), (days, "day"), (micros, "us")];
    let shown: Vec<String> = parts
        .iter()
        .filter(|(amount, _)| *amount != 0)
        .map(|(amount, unit)| format!("{} {unit}", amount * sign))
        .collect();
    Some(if shown.is_empty() { "0 us".to_owned() } else { shown.join(" ") })
}

fn scaled(amount: f64, unit: f64) -> Option<i64> {
    let value = (amount * unit).round();
    (value.abs() < 9.0e18).then_some(value as i64)
}

/// Puts a space between a number and its unit, `1day` → `1 day`; signs and clocks stay together.
fn with_spaces(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    let mut digit = false;
    for letter in text.chars() {
        if digit && letter.is_ascii_alphabetic() {
            out.push(' ');
        }
        digit = letter.is_ascii_digit();
        out.push(letter);
    }
    out
}

/// Reads `[-]hh:mm[:ss[.ffffff]]` as microseconds.
fn clock(word: &str) -> Option<i64> {
    let (sign, digits) = match word.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, word.strip_prefix('+').unwrap_or(word)),
    };
    let mut parts = digits.split(':');
    let hours: i64 = parts.next()?.parse().ok()?;
    let minutes: i64 = parts.next()?.parse().ok()?;
    let seconds: f64 = parts.next().unwrap_or("0").parse().ok()?;
    if parts.next().is_some() {
        return None;
    }
    let whole = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?.checked_mul(1_000_000)?;
    whole.checked_add(scaled(seconds, 1_000_000.0)?)?.checked_mul(sign)
}

/// Tells whether a string reads as an interval with a unit, which no number or text of another use does.
pub(super) fn looks_like_interval(text: &str) -> bool {
    text.bytes().next().is_some_and(|byte| byte.is_ascii_digit() || byte == b'-')
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && interval(text).is_some()
}

/// Returns a point in time without the midnight and the zone `+00` that the server adds to a bare date, and with
/// seconds: `2020-01-01T10:00` is `2020-01-01 10:00:00`. Other text stays as it is.
pub(super) fn moment(text: &str) -> Cow<'_, str> {
    let shape = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text.bytes().zip(shape.bytes()).all(|(byte, sign)| match sign {
                b'0' => byte.is_ascii_digit(),
                b' ' => matches!(byte, b' ' | b'T'),
                sign => byte == sign,
            })
    };
    let local = text.strip_suffix("+00").or_else(|| text.strip_suffix("+00:00")).unwrap_or(text);
    let local = local.strip_suffix('Z').unwrap_or(local);
    let (whole, fraction) = local.split_once('.').unwrap_or((local, ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.into();
    }
    let minutes = shape(whole, "0000-00-00 00:00");
    if !minutes && !shape(whole, "0000-00-00 00:00:00") {
        return text.into();
    }
    let (day, clock) = whole.split_at(10);
    let clock = &clock[1..];
    let fraction = fraction.trim_end_matches('0');
    let seconds = if minutes { ":00" } else { "" };
    match (clock, fraction) {
        ("00:00" | "00:00:00", "") => day.to_owned().into(),
        (clock, "") => format!("{day} {clock}{seconds}").into(),
        (clock, fraction) => format!("{day} {clock}{seconds}.{fraction}").into(),
    }
}

/// Returns a time of day with seconds: `9:00` is `09:00:00`. Other text stays as it is.
pub(super) fn time_of_day(text: &str) -> Cow<'_, str> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let parts: Vec<&str> = whole.split(':').collect();
    let digits = |part: &&str| matches!(part.len(), 1 | 2) && part.bytes().all(|byte| byte.is_ascii_digit());
    if !matches!(parts.len(), 2 | 3)
        || !parts.iter().all(digits)
        || !fraction.bytes().all(|byte| byte.is_ascii_digit())
    {
        return text.into();
    }
    let seconds = parts.get(2).copied().unwrap_or("00");
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    format!("{:0>2}:{:0>2}:{seconds:0>2}{dot}{fraction}", parts[0], parts[1]).into()
}

/// Returns a JSON path without the quotes that the server puts around every key.
pub(super) fn json_path(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let text = text.replace(" ?", "?").replace("? (", "?(");
    let mut rest = text.as_str();
    while let Some(at) = rest.find(".\"") {
        let key = &rest[at + 2..];
        let end = key.find('"').unwrap_or(0);
        let plain = end > 0
            && !key.starts_with(|first: char| first.is_ascii_digit())
            && key[..end].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        out.push_str(&rest[..=at]);
        if plain {
            out.push_str(&key[..end]);
            rest = &key[end + 1..];
        } else {
            out.push('"');
            rest = key;
        }
    }
    out.push_str(rest);
    out
}

/// Returns a JSON document without white space between its tokens and with the keys of objects in order, as `jsonb`
/// forgets both; `None` if it is no JSON object, array or scalar.
pub(super) fn json(text: &str) -> Option<String> {
    let mut reader = Json { bytes: text.as_bytes(), text, at: 0 };
    let value = reader.value(0)?;
    reader.space();
    (reader.at == text.len()).then_some(value)
}

struct Json<'a> {
    bytes: &'a [u8],
    text: &'a str,
    at: usize,
}

impl Json<'_> {
    fn space(&mut self) {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        self.space();
        (self.bytes.get(self.at) == Some(&byte)).then(|| self.at += 1)
    }

    fn value(&mut self, depth: usize) -> Option<String> {
        if depth > 60 {
            return None;
        }
        self.space();
        match self.bytes.get(self.at)? {
            b'{' => self.object(depth),
            b'[' => self.list(depth),
            b'"' => self.string().map(str::to_owned),
            _ => {
                let start = self.at;
                while self
                    .bytes
                    .get(self.at)
                    .is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
                {
                    self.at += 1;
                }
                let word = &self.text[start..self.at];
                let number = || word.starts_with(|first: char| first.is_ascii_digit() || first == '-');
                (matches!(word, "true" | "false" | "null") || number()).then(|| word.to_owned())
            }
        }
    }

    fn object(&mut self, depth: usize) -> Option<String> {
        self.eat(b'{')?;
        let mut members = std::collections::BTreeMap::new();
        if self.eat(b'}').is_some() {
            return Some("{}".to_owned());
        }
        loop {
            self.space();
            let key = self.string()?.to_owned();
            self.eat(b':')?;
            // The last of equal keys wins.
            members.insert(key, self.value(depth + 1)?);
            if self.eat(b',').is_none() {
                break;
            }
        }
        self.eat(b'}')?;
        let shown: Vec<String> = members.into_iter().map(|(key, value)| format!("{key}: {value}")).collect();
        Some(format!("{{{}}}", shown.join(", ")))
    }

    fn list(&mut self, depth: usize) -> Option<String> {
        self.eat(b'[')?;
        let mut elements = Vec::new();
        if self.eat(b']').is_some() {
            return Some("[]".to_owned());
        }
        loop {
            elements.push(self.value(depth + 1)?);
            if self.eat(b',').is_none() {
                break;
            }
        }
        self.eat(b']')?;
        Some(format!("[{}]", elements.join(", ")))
    }

    fn string(&mut self) -> Option<&str> {
        let start = self.at;
        if self.bytes.get(self.at) != Some(&b'"') {
            return None;
        }
        self.at += 1;
        loop {
            match self.bytes.get(self.at)? {
                b'\\' => self.at += 2,
                b'"' => {
                    self.at += 1;
                    return self.text.get(start..self.at);
                }
                _ => self.at += 1,
            }
        }
    }
}

/// Returns the elements of a one-dimensional array literal such as `{a,"b c"}`; `None` means NULL.
pub(super) fn array(text: &str) -> Option<Vec<Option<String>>> {
    let inner = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    if inner.trim().is_empty() {
        return Some(Vec::new());
    }
    let mut elements = Vec::new();
    let mut letters = inner.chars().peekable();
    loop {
        while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
        let mut element = String::new();
        let quoted = letters.next_if_eq(&'"').is_some();
        loop {
            match letters.peek() {
                None | Some(',') if !quoted => break,
                None => return None,
                Some('"') if quoted => {
                    letters.next();
                    break;
                }
                Some('{' | '}' | '"') if !quoted => return None,
                Some('\\') => {
                    letters.next();
                    element.push(letters.next()?);
                }
                Some(_) => element.extend(letters.next()),
            }
        }
        if !quoted {
            element.truncate(element.trim_end().len());
        }
        let null = !quoted && element.eq_ignore_ascii_case("null");
        elements.push((!null).then_some(element));
        while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
        match letters.next() {
            None => return Some(elements),
            Some(',') => {}
            Some(_) => return None,
        }
    }
}

/// Returns an array literal of elements, each quoted.
pub(super) fn array_text(elements: &[Option<String>]) -> String {
    let shown: Vec<String> = elements
        .iter()
        .map(|element| match element {
            None => "NULL".to_owned(),
            Some(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        })
        .collect();
    format!("{{{}}}", shown.join(","))
}
