//! String formatting: `format(value, spec)`, `"…{}…".format(…)` and `"…%s…" % …`.

use crate::error::PyResult;
use crate::native::Args;
use crate::value::Value;
use crate::vm::Vm;

/// A parsed format specification: `[[fill]align][sign][#][0][width][,][.precision][type]`.
#[derive(Default)]
struct Spec {
    fill: Option<char>,
    align: Option<char>,
    sign: Option<char>,
    alternate: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

impl Spec {
    fn parse(vm: &Vm, text: &str) -> PyResult<Self> {
        let characters: Vec<char> = text.chars().collect();
        let mut spec = Self::default();
        let mut at = 0;
        let is_align = |c: Option<&char>| matches!(c, Some('<' | '>' | '^' | '='));
        if is_align(characters.get(1)) {
            spec.fill = characters.first().copied();
            spec.align = characters.get(1).copied();
            at = 2;
        } else if is_align(characters.first()) {
            spec.align = characters.first().copied();
            at = 1;
        }
        if let Some(sign @ ('+' | '-' | ' ')) = characters.get(at) {
            spec.sign = Some(*sign);
            at += 1;
        }
        if characters.get(at) == Some(&'#') {
            spec.alternate = true;
            at += 1;
        }
        if characters.get(at) == Some(&'0') {
            spec.fill.get_or_insert('0');
            spec.align.get_or_insert('=');
            at += 1;
        }
        let number = |at: &mut usize| {
            let mut value: Option<usize> = None;
            while let Some(digit) = characters.get(*at).and_then(|c| c.to_digit(10)) {
                value = Some(value.unwrap_or(0).saturating_mul(10).saturating_add(digit as usize));
                *at += 1;
            }
            value
        };
        spec.width = number(&mut at).unwrap_or(0);
        if let Some(grouping @ (',' | '_')) = characters.get(at) {
            spec.grouping = Some(*grouping);
            at += 1;
        }
        if characters.get(at) == Some(&'.') {
            at += 1;
            spec.precision = number(&mut at);
        }
        spec.kind = characters.get(at).copied();
        if spec.kind.is_some() {
            at += 1;
        }
        if at != characters.len() {
            return Err(vm.raise("ValueError", format!("Invalid format specifier '{text}'")));
        }
        Ok(spec)
    }

    fn pad(&self, vm: &mut Vm, body: &str, default: char) -> PyResult<String> {
        let length = body.chars().count();
        let missing = self.width.saturating_sub(length);
        vm.reserve(missing)?;
        let fill = self.fill.unwrap_or(' ');
        let run = |count: usize| std::iter::repeat_n(fill, count).collect::<String>();
        Ok(match self.align.unwrap_or(default) {
            '<' => format!("{body}{}", run(missing)),
            '^' => format!("{}{body}{}", run(missing / 2), run(missing - missing / 2)),
            '=' => {
                let signed = usize::from(body.starts_with(['-', '+', ' ']));
                format!("{}{}{}", &body[..signed], run(missing), &body[signed..])
            }
            _ => format!("{}{body}", run(missing)),
        })
    }
}

/// Returns `format(value, spec)` for builtin values and a specification that is not empty.
pub(crate) fn format_value(vm: &mut Vm, value: &Value, text: &str) -> PyResult<String> {
    let spec = Spec::parse(vm, text)?;
    if spec.precision.is_some_and(|precision| precision > 1_000) {
        return Err(vm.abort("a format precision that is too large"));
    }
    match value {
        Value::Str(string) => {
            if spec.kind.is_some_and(|kind| kind != 's') {
                return Err(wrong_kind(vm, &spec, "str"));
            }
            let body: String = match spec.precision {
                Some(precision) => string.chars().take(precision).collect(),
                None => string.to_string(),
            };
            spec.pad(vm, &body, '<')
        }
        Value::Int(_) | Value::Bool(_)
            if !matches!(spec.kind, Some('f' | 'F' | 'e' | 'E' | 'g' | 'G' | '%')) =>
        {
            let number = value.as_int().unwrap_or(0);
            let magnitude = number.unsigned_abs();
            let prefix = |text: &str| if spec.alternate { text.to_owned() } else { String::new() };
            let digits = match spec.kind {
                None | Some('d' | 'n') => grouped(&magnitude.to_string(), spec.grouping),
                Some('x') => format!("{}{magnitude:x}", prefix("0x")),
                Some('X') => format!("{}{magnitude:X}", prefix("0X")),
                Some('o') => format!("{}{magnitude:o}", prefix("0o")),
                Some('b') => format!("{}{magnitude:b}", prefix("0b")),
                Some('c') => {
                    u32::try_from(number).ok().and_then(char::from_u32).map(String::from).unwrap_or_default()
                }
                Some(_) => return Err(wrong_kind(vm, &spec, "int")),
            };
            let body = format!("{}{digits}", sign(number < 0, spec.sign));
            spec.pad(vm, &body, '>')
        }
        Value::Float(_) | Value::Int(_) | Value::Bool(_) => {
            let number = match value {
                Value::Float(number) => *number,
                other => other.as_int().unwrap_or(0) as f64,
            };
            let precision = spec.precision.unwrap_or(6);
            let magnitude = number.abs();
            let digits = match spec.kind {
                Some('f' | 'F') => grouped(&format!("{magnitude:.precision$}"), spec.grouping),
                Some('%') => format!("{:.precision$}%", magnitude * 100.0),
                Some('e' | 'E') => {
                    let text = format!("{magnitude:.precision$e}");
                    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
                    let (sign, exponent) =
                        exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
                    format!("{mantissa}e{sign}{exponent:0>2}")
                }
                None if spec.precision.is_none() => grouped(&crate::repr::float(magnitude), spec.grouping),
                None | Some('g' | 'G' | 'n') => general(magnitude, precision),
                Some(_) => return Err(wrong_kind(vm, &spec, "float")),
            };
            let body = format!("{}{digits}", sign(number.is_sign_negative() && number != 0.0, spec.sign));
            spec.pad(vm, &body, '>')
        }
        other => Err(
            vm.type_error(format!("unsupported format string passed to {}.__format__", vm.type_name(other)))
        ),
    }
}

fn wrong_kind(vm: &Vm, spec: &Spec, of: &str) -> crate::Raised {
    let kind = spec.kind.unwrap_or(' ');
    vm.raise("ValueError", format!("Unknown format code '{kind}' for object of type '{of}'"))
}

fn sign(is_negative: bool, wanted: Option<char>) -> &'static str {
    match (is_negative, wanted) {
        (true, _) => "-",
        (false, Some('+')) => "+",
        (false, Some(' ')) => " ",
        (false, _) => "",
    }
}

fn grouped(digits: &str, separator: Option<char>) -> String {
    let Some(separator) = separator else { return digits.to_owned() };
    let (whole, fraction) =
        digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut out = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(separator);
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

fn general(magnitude: f64, precision: usize) -> String {
    let precision = precision.max(1);
    if magnitude == 0.0 {
        return "0".to_owned();
    }
    let exponent = magnitude.log10().floor() as i64;
    if exponent < -4 || exponent >= precision as i64 {
        let text = format!("{magnitude:.*e}", precision - 1);
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let mantissa = if mantissa.contains('.') {
            mantissa.trim_end_matches('0').trim_end_matches('.')
        } else {
            mantissa
        };
        let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
        return format!("{mantissa}e{sign}{exponent:0>2}");
    }
    let decimals = usize::try_from(precision as i64 - 1 - exponent).unwrap_or(0);
    let text = format!("{magnitude:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Does `template.format(…)`; the template is the first positional argument.
pub(crate) fn str_format(vm: &mut Vm, template: &str, args: &Args) -> PyResult {
    let mut next = 0;
    fill(vm, template, args, &mut next, 0)
}

fn fill(vm: &mut Vm, template: &str, args: &Args, next: &mut usize, depth: usize) -> PyResult {
    if depth > 3 {
        return Err(vm.raise("ValueError", "Max string recursion exceeded"));
    }
    let mut out = String::new();
    let mut rest = template;
    let mut doubt = None;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let bracket = &rest[at..=at];
        rest = &rest[at + 1..];
        if rest.starts_with(bracket) {
            out.push_str(bracket);
            rest = &rest[1..];
            continue;
        }
        if bracket == "}" {
            return Err(vm.raise("ValueError", "Single '}' encountered in format string"));
        }
        let Some(end) = closing(rest) else {
            return Err(vm.raise("ValueError", "expected '}' before end of string"));
        };
        let field = &rest[..end];
        rest = &rest[end + 1..];
        let (head, spec) = field.split_once(':').unwrap_or((field, ""));
        let (name, conversion) =
            head.split_once('!').map_or((head, None), |(name, conversion)| (name, Some(conversion)));
        let value = lookup(vm, name, args, next)?;
        let value = match conversion {
            Some("s") => vm.str(&value)?,
            Some(_) => vm.repr(&value)?,
            None => value,
        };
        let spec = if spec.contains('{') { fill(vm, spec, args, next, depth + 1)? } else { Value::str(spec) };
        let formatted = if value.is_unknown() {
            value
        } else {
            match spec.as_str() {
                Some(spec) => vm.format(&value, &spec)?,
                None => spec,
            }
        };
        match formatted.as_str() {
            Some(text) => out.push_str(&text),
            None => {
                doubt.get_or_insert(formatted);
            }
        }
        vm.reserve(out.len())?;
    }
    out.push_str(rest);
    Ok(doubt.unwrap_or_else(|| Value::from(out)))
}

/// Returns where the bracket that is open ends.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn lookup(vm: &mut Vm, field: &str, args: &Args, next: &mut usize) -> PyResult {
    let end = field.find(['.', '[']).unwrap_or(field.len());
    let (first, mut path) = field.split_at(end);
    let index = if first.is_empty() {
        *next += 1;
        Some(*next - 1)
    } else {
        first.parse::<usize>().ok()
    };
    let mut value = match index {
        Some(index) => match args.positional.get(index.saturating_add(1)) {
            Some(value) => value.clone(),
            None => {
                return Err(vm.raise(
                    "IndexError",
                    format!("Replacement index {index} out of range for positional args tuple"),
                ));
            }
        },
        None => match args.keywords.iter().find(|(name, _)| &**name == first) {
            Some((_, value)) => value.clone(),
            None => return Err(vm.key_error(&Value::str(first))),
        },
    };
    while !path.is_empty() {
        if let Some(rest) = path.strip_prefix('.') {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            value = vm.getattr(&value, &rest[..end])?;
            path = &rest[end..];
        } else if let Some((key, rest)) = path.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            let key = key.parse::<i128>().map_or_else(|_| Value::str(key), Value::Int);
            value = vm.getitem(&value, &key)?;
            path = rest;
        } else {
            return Err(vm.raise("ValueError", "Only '.' or '[' may follow ']' in format field specifier"));
        }
    }
    Ok(value)
}

/// Formats a whole number for `%5.2d`: after the point stands how many digits it has at least.
fn whole_number(vm: &mut Vm, number: i128, flags: &str, width: &str, digits: &str) -> PyResult<String> {
    let (width, digits) = (width.parse::<usize>().unwrap_or(0), digits.parse::<usize>().unwrap_or(0));
    vm.reserve(width.max(digits))?;
    let sign = match (number < 0, flags.contains('+'), flags.contains(' ')) {
        (true, ..) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        _ => "",
    };
    let is_filled = flags.contains('0') && !flags.contains('-');
    let digits = if is_filled { digits.max(width.saturating_sub(sign.len())) } else { digits };
    let text = format!("{sign}{:0>digits$}", number.unsigned_abs());
    Ok(if flags.contains('-') { format!("{text:<width$}") } else { format!("{text:>width$}") })
}

/// Does `template % values`.
pub(crate) fn percent(vm: &mut Vm, template: &str, values: &Value) -> PyResult {
    let positional: Vec<Value> = match values {
        Value::Tuple(items) => items.to_vec(),
        other => vec![other.clone()],
    };
    let mut used = 0;
    let mut out = String::new();
    let mut doubt = None;
    let mut rest = template;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let mut value = None;
        if let Some(after) = rest.strip_prefix('(') {
            let Some((name, tail)) = after.split_once(')') else {
                return Err(vm.raise("ValueError", "incomplete format key"));
            };
            rest = tail;
            value = Some(vm.getitem(values, &Value::str(name))?);
        }
        let flags_end = rest.find(|c: char| !matches!(c, '#' | '0' | '-' | ' ' | '+')).unwrap_or(rest.len());
        let flags = &rest[..flags_end];
        rest = &rest[flags_end..];
        let width_end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let width = &rest[..width_end];
        rest = &rest[width_end..];
        let Some(kind) = rest.chars().next() else { return Err(vm.raise("ValueError", "incomplete format")) };
        rest = &rest[kind.len_utf8()..];
        if kind == '%' {
            out.push('%');
            continue;
        }
        let value = match value {
            Some(value) => value,
            None => {
                used += 1;
                match positional.get(used - 1) {
                    Some(value) => value.clone(),
                    None => return Err(vm.type_error("not enough arguments for format string")),
                }
            }
        };
        if value.is_unknown() {
            doubt.get_or_insert(value);
            continue;
        }
        let value = match kind {
            's' => vm.str(&value)?,
            'r' | 'a' => vm.repr(&value)?,
            'd' | 'i' | 'u' => match value.unwrapped() {
                Value::Float(number) => Value::Int(number.trunc() as i128),
                other if other.as_int().is_some() => other,
                _ => {
                    return Err(vm.type_error(format!(
                        "%{kind} format: a real number is required, not {}",
                        vm.type_name(&value)
                    )));
                }
            },
            'x' | 'X' | 'o' | 'f' | 'F' | 'e' | 'E' | 'g' | 'G' | 'c' => value.unwrapped(),
            _ => return Err(vm.raise("ValueError", format!("unsupported format character '{kind}'"))),
        };
        if value.is_unknown() {
            doubt.get_or_insert(value);
            continue;
        }
        if let (Some((width, digits)), 'd' | 'i' | 'u', Some(number)) =
            (width.split_once('.'), kind, value.as_int())
        {
            let text = whole_number(vm, number, flags, width, digits)?;
            out.push_str(&text);
            continue;
        }
        let mut spec = String::new();
        match (flags.contains('-'), matches!(kind, 's' | 'r' | 'a')) {
            (true, _) => spec.push('<'),
            (false, true) => spec.push('>'),
            (false, false) => {}
        }
        if flags.contains('+') {
            spec.push('+');
        }
        if flags.contains('#') {
            spec.push('#');
        }
        if flags.contains('0') && !flags.contains('-') && !matches!(kind, 's' | 'r' | 'a') {
            spec.push('0');
        }
        spec.push_str(width);
        spec.push(match kind {
            'r' | 'a' => 's',
            'i' | 'u' => 'd',
            other => other,
        });
        out.push_str(&format_value(vm, &value, &spec)?);
        vm.reserve(out.len())?;
    }
    out.push_str(rest);
    let is_mapping = matches!(values, Value::Dict(_)) || template.contains("%(");
    if used < positional.len() && !is_mapping && doubt.is_none() && matches!(values, Value::Tuple(_)) {
        return Err(vm.type_error("not all arguments converted during string formatting"));
    }
    Ok(doubt.unwrap_or_else(|| Value::from(out)))
}
