//! The less frequent methods of `str`: cases, searching, cutting, padding, questions.

use std::rc::Rc;

use super::super::Table;
use super::string::text;
use crate::error::PyResult;
use crate::native::Args;
use crate::value::Value;
use crate::vm::Vm;

pub(crate) const METHODS: Table = &[
    ("capitalize", capitalize),
    ("casefold", casefold),
    ("center", center),
    ("count", count),
    ("encode", encode),
    ("expandtabs", expandtabs),
    ("find", find),
    ("format_map", format_map),
    ("index", index),
    ("isalnum", isalnum),
    ("isalpha", isalpha),
    ("isdecimal", isdigit),
    ("isdigit", isdigit),
    ("isidentifier", isidentifier),
    ("islower", islower),
    ("isnumeric", isdigit),
    ("isspace", isspace),
    ("isupper", isupper),
    ("ljust", ljust),
    ("lstrip", lstrip),
    ("partition", partition),
    ("removeprefix", removeprefix),
    ("removesuffix", removesuffix),
    ("rfind", rfind),
    ("rindex", rindex),
    ("rjust", rjust),
    ("rpartition", rpartition),
    ("rsplit", rsplit),
    ("rstrip", rstrip),
    ("splitlines", splitlines),
    ("swapcase", swapcase),
    ("title", title),
    ("translate", translate),
    ("zfill", zfill),
];

/// Returns a text argument; anything else is a type error, as in Python.
fn argument(vm: &Vm, args: &Args, at: usize) -> PyResult<Rc<str>> {
    args.positional
        .get(at)
        .and_then(Value::as_str)
        .ok_or_else(|| vm.type_error("must be str, not something else"))
}

fn number(args: &Args, at: usize) -> Option<i128> {
    args.positional.get(at).and_then(Value::as_int)
}

fn changed(vm: &mut Vm, args: &Args, change: impl Fn(&str) -> String) -> PyResult {
    let own = text(vm, args)?;
    let result = change(&own);
    vm.reserve(result.len())?;
    Ok(Value::from(result))
}

fn asked(vm: &mut Vm, args: &Args, question: impl Fn(&str) -> bool) -> PyResult {
    let own = text(vm, args)?;
    Ok(Value::Bool(question(&own)))
}

fn capitalize(vm: &mut Vm, args: Args) -> PyResult {
    changed(vm, &args, |own| {
        let mut letters = own.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().collect::<String>() + &letters.as_str().to_lowercase()
        })
    })
}

fn casefold(vm: &mut Vm, args: Args) -> PyResult {
    changed(vm, &args, str::to_lowercase)
}

fn swapcase(vm: &mut Vm, args: Args) -> PyResult {
    changed(vm, &args, |own| {
        own.chars()
            .flat_map(|letter| {
                if letter.is_uppercase() {
                    letter.to_lowercase().collect::<Vec<_>>()
                } else {
                    letter.to_uppercase().collect()
                }
            })
            .collect()
    })
}

fn title(vm: &mut Vm, args: Args) -> PyResult {
    changed(vm, &args, |own| {
        let mut in_word = false;
        let mut out = String::with_capacity(own.len());
        for letter in own.chars() {
            if in_word {
                out.extend(letter.to_lowercase());
            } else {
                out.extend(letter.to_uppercase());
            }
            in_word = letter.is_alphabetic();
        }
        out
    })
}

fn expandtabs(vm: &mut Vm, args: Args) -> PyResult {
    let width = number(&args, 1).unwrap_or(8).clamp(0, 64) as usize;
    changed(vm, &args, |own| own.replace('\t', &" ".repeat(width)))
}

fn padded(vm: &mut Vm, args: &Args, place: impl Fn(&str, usize, char) -> String) -> PyResult {
    let own = text(vm, args)?;
    let width = usize::try_from(number(args, 1).unwrap_or(0).max(0)).unwrap_or(usize::MAX);
    let fill =
        args.positional.get(2).and_then(Value::as_str).and_then(|fill| fill.chars().next()).unwrap_or(' ');
    let missing = width.saturating_sub(own.chars().count());
    vm.reserve(own.len().saturating_add(missing))?;
    Ok(Value::from(place(&own, missing, fill)))
}

fn repeated(fill: char, times: usize) -> String {
    std::iter::repeat_n(fill, times).collect()
}

fn ljust(vm: &mut Vm, args: Args) -> PyResult {
    padded(vm, &args, |own, missing, fill| format!("{own}{}", repeated(fill, missing)))
}

fn rjust(vm: &mut Vm, args: Args) -> PyResult {
    padded(vm, &args, |own, missing, fill| format!("{}{own}", repeated(fill, missing)))
}

fn center(vm: &mut Vm, args: Args) -> PyResult {
    padded(vm, &args, |own, missing, fill| {
        format!("{}{own}{}", repeated(fill, missing / 2), repeated(fill, missing - missing / 2))
    })
}

fn zfill(vm: &mut Vm, args: Args) -> PyResult {
    padded(vm, &args, |own, missing, _| {
        let digits = own.trim_start_matches(['+', '-']);
        let sign = &own[..own.len() - digits.len()];
        format!("{sign}{}{digits}", repeated('0', missing))
    })
}

fn encode(vm: &mut Vm, args: Args) -> PyResult {
    let own = text(vm, &args)?;
    Ok(Value::Bytes(Rc::from(own.as_bytes())))
}

/// Returns where a text occurs, in characters.
fn position(vm: &mut Vm, args: &Args, last: bool) -> PyResult<Option<i128>> {
    let own = text(vm, args)?;
    let wanted = argument(vm, args, 1)?;
    let start = number(args, 2).unwrap_or(0).max(0) as usize;
    let from = own.char_indices().nth(start).map_or(own.len(), |(at, _)| at);
    let rest = &own[from..];
    let found = if last { rest.rfind(&*wanted) } else { rest.find(&*wanted) };
    Ok(found.map(|at| (own[..from + at].chars().count()) as i128))
}

fn find(vm: &mut Vm, args: Args) -> PyResult {
    Ok(Value::Int(position(vm, &args, false)?.unwrap_or(-1)))
}

fn rfind(vm: &mut Vm, args: Args) -> PyResult {
    Ok(Value::Int(position(vm, &args, true)?.unwrap_or(-1)))
}

fn index(vm: &mut Vm, args: Args) -> PyResult {
    position(vm, &args, false)?.map(Value::Int).ok_or_else(|| vm.raise("ValueError", "substring not found"))
}

fn rindex(vm: &mut Vm, args: Args) -> PyResult {
    position(vm, &args, true)?.map(Value::Int).ok_or_else(|| vm.raise("ValueError", "substring not found"))
}

fn count(vm: &mut Vm, args: Args) -> PyResult {
    let own = text(vm, &args)?;
    let wanted = argument(vm, &args, 1)?;
    let found = if wanted.is_empty() { own.chars().count() + 1 } else { own.matches(&*wanted).count() };
    Ok(Value::Int(found as i128))
}

fn isalnum(vm: &mut Vm, args: Args) -> PyResult {
    asked(vm, &args, |own| !own.is_empty() && own.chars().all(char::is_alphanumeric))
}

fn isalpha(vm: &mut Vm, args: Args) -> PyResult {
    asked(vm, &args, |own| !own.is_empty() && own.chars().all(char::is_alphabetic))
}

fn isdigit(vm: &mut Vm, args: Args) -> PyResult {
    asked(vm, &args, |own| !own.is_empty() && own.chars().all(char::is_numeric))
}

fn isspace(vm: &mut Vm, args: Args) -> PyResult {
    asked(vm, &args, |own| !own.is_empty() && own.chars().all(char::is_whitespace))
}

fn islower(vm: &mut Vm, args: Args) -> PyResult {
    asked(vm, &args, |own| own.chars().any(char::is_lowercase) && !own.chars().any(char::is_uppercase))
}

fn isupper(vm: &mut Vm, args: Args) -> PyResult {
    asked(vm, &args, |own| own.chars().any(char::is_uppercase) && !own.chars().any(char::is_lowercase))
}

fn isidentifier(vm: &mut Vm, args: Args) -> PyResult {
    asked(vm, &args, |own| {
        let mut letters = own.chars();
        letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
            && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
    })
}

/// Returns the letters `strip` and its kin remove; `None` is white space.
fn stripped(args: &Args) -> Option<Vec<char>> {
    args.positional.get(1).and_then(Value::as_str).map(|letters| letters.chars().collect())
}

fn lstrip(vm: &mut Vm, args: Args) -> PyResult {
    let letters = stripped(&args);
    changed(vm, &args, |own| match &letters {
        Some(letters) => own.trim_start_matches(letters.as_slice()).to_owned(),
        None => own.trim_start().to_owned(),
    })
}

fn rstrip(vm: &mut Vm, args: Args) -> PyResult {
    let letters = stripped(&args);
    changed(vm, &args, |own| match &letters {
        Some(letters) => own.trim_end_matches(letters.as_slice()).to_owned(),
        None => own.trim_end().to_owned(),
    })
}

fn removeprefix(vm: &mut Vm, args: Args) -> PyResult {
    let prefix = argument(vm, &args, 1)?;
    changed(vm, &args, |own| own.strip_prefix(&*prefix).unwrap_or(own).to_owned())
}

fn removesuffix(vm: &mut Vm, args: Args) -> PyResult {
    let suffix = argument(vm, &args, 1)?;
    changed(vm, &args, |own| own.strip_suffix(&*suffix).unwrap_or(own).to_owned())
}

fn partition(vm: &mut Vm, args: Args) -> PyResult {
    let own = text(vm, &args)?;
    let separator = argument(vm, &args, 1)?;
    let parts = match own.split_once(&*separator) {
        Some((head, tail)) => [Value::str(head), Value::Str(separator), Value::str(tail)],
        None => [Value::Str(own), Value::str(""), Value::str("")],
    };
    Ok(Value::tuple(parts.to_vec()))
}

fn rpartition(vm: &mut Vm, args: Args) -> PyResult {
    let own = text(vm, &args)?;
    let separator = argument(vm, &args, 1)?;
    let parts = match own.rsplit_once(&*separator) {
        Some((head, tail)) => [Value::str(head), Value::Str(separator), Value::str(tail)],
        None => [Value::str(""), Value::str(""), Value::Str(own)],
    };
    Ok(Value::tuple(parts.to_vec()))
}

fn rsplit(vm: &mut Vm, args: Args) -> PyResult {
    let own = text(vm, &args)?;
    let separator = args.at(1, "sep").and_then(Value::as_str);
    let most = args.at(2, "maxsplit").and_then(Value::as_int).and_then(|most| usize::try_from(most).ok());
    let mut parts: Vec<Value> = match (&separator, most) {
        (Some(separator), Some(most)) => {
            own.rsplitn(most.saturating_add(1), &**separator).map(Value::str).collect()
        }
        (Some(separator), None) => own.rsplit(&**separator).map(Value::str).collect(),
        (None, None) => own.split_whitespace().rev().map(Value::str).collect(),
        (None, Some(most)) => {
            let trimmed = own.trim_end();
            trimmed.rsplitn(most.saturating_add(1), char::is_whitespace).map(Value::str).collect()
        }
    };
    parts.reverse();
    Ok(Value::list(parts))
}

fn splitlines(vm: &mut Vm, args: Args) -> PyResult {
    let own = text(vm, &args)?;
    let keep = args.at(1, "keepends").and_then(Value::as_bool) == Some(true);
    let lines = own.split_inclusive('\n').map(|line| {
        if keep {
            line
        } else {
            line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line))
        }
    });
    Ok(Value::list(lines.map(Value::str).collect()))
}

fn format_map(vm: &mut Vm, args: Args) -> PyResult {
    let own = Value::Str(text(vm, &args)?);
    let Some(mapping) = args.positional.get(1).and_then(Value::as_dict) else {
        return Ok(vm.unknown("`format_map` with this mapping is not evaluated"));
    };
    let keywords =
        mapping.pairs().into_iter().filter_map(|(key, value)| Some((key.as_str()?, value))).collect();
    vm.call_method(&own, "format", Args { keywords, ..Args::default() })
}

fn translate(vm: &mut Vm, args: Args) -> PyResult {
    let own = text(vm, &args)?;
    let Some(table) = args.positional.get(1).and_then(Value::as_dict) else {
        return Ok(vm.unknown("`translate` with this table is not evaluated"));
    };
    let mut out = String::new();
    for letter in own.chars() {
        let key = vm.hash_key(&Value::Int(i128::from(u32::from(letter))))?;
        let found = table.entries.borrow().get(&key).map(|(_, value)| value.clone());
        match found {
            None => out.push(letter),
            Some(Value::None) => {}
            Some(value) => match (value.as_str(), value.as_int()) {
                (Some(text), _) => out.push_str(&text),
                (None, Some(code)) => out.extend(u32::try_from(code).ok().and_then(char::from_u32)),
                (None, None) => return Ok(value),
            },
        }
    }
    vm.reserve(out.len())?;
    Ok(Value::from(out))
}
