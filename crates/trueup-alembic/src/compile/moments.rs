//! Dates, times and intervals of Python as databases are sent them.

use trueup_python::{Instance, Value, Vm};

use super::CompileError;

/// The kinds of type for which a date or time may be meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    DateTime,
    Date,
    Time,
}

/// A `date`, `time` or `datetime`.
pub(super) struct Found {
    day: Option<(i128, i128, i128)>,
    time: Option<(i128, i128, i128, i128)>,
    /// Microseconds that the clock is ahead of UTC.
    offset: Option<i128>,
}

/// Reads a date or time; nothing when the value is none.
pub(super) fn read(vm: &mut Vm, value: &Value) -> Result<Option<Found>, CompileError> {
    let Value::Instance(instance) = value else { return Ok(None) };
    let is_day = instance.class.derives_from("datetime.date");
    let is_moment = instance.class.derives_from("datetime.datetime");
    let is_time = instance.class.derives_from("datetime.time");
    if !is_day && !is_time {
        return Ok(None);
    }
    let day = if is_day {
        Some((part(instance, "year")?, part(instance, "month")?, part(instance, "day")?))
    } else {
        None
    };
    let time = if is_moment || is_time {
        let seconds = (part(instance, "second")?, part(instance, "microsecond")?);
        Some((part(instance, "hour")?, part(instance, "minute")?, seconds.0, seconds.1))
    } else {
        None
    };
    let offset = match instance.get("tzinfo").unwrap_or(Value::None) {
        Value::None => None,
        zone => Some(zone_offset(vm, &zone)?),
    };
    Ok(Some(Found { day, time, offset }))
}

fn part(instance: &Instance, name: &str) -> Result<i128, CompileError> {
    match instance.get(name) {
        Some(Value::Int(number)) if (0..=9999).contains(&number) || name == "microsecond" => Ok(number),
        Some(Value::Unknown(unknown)) => Err(CompileError::unknown(&unknown)),
        _ => Err(CompileError::new(format!("the {name} of a date is not known"), None)),
    }
}

/// A `datetime.timezone`; other time zones hang on tables that are not read.
fn zone_offset(vm: &mut Vm, zone: &Value) -> Result<i128, CompileError> {
    let is_fixed = zone.as_instance().is_some_and(|zone| zone.class.is_named("datetime.timezone"));
    let offset = if is_fixed { vm.lookup_attr(zone, "offset")? } else { None };
    offset
        .and_then(|offset| microseconds(&offset))
        .ok_or_else(|| CompileError::new("the offset of a time zone is not known", None))
}

/// Returns the length of a `timedelta`.
pub(super) fn microseconds(value: &Value) -> Option<i128> {
    let instance = value.as_instance().filter(|found| found.class.derives_from("datetime.timedelta"))?;
    match instance.get("_microseconds") {
        Some(Value::Int(total)) => Some(total),
        _ => None,
    }
}

/// Writes an interval for PostgreSQL: days and the rest apart, as psycopg does, for a day is not always 24 hours.
pub(super) fn interval(total: i128) -> String {
    const DAY: i128 = 86_400_000_000;
    let (days, rest) = (total.div_euclid(DAY), total.rem_euclid(DAY));
    format!("'{days} days {}.{:06} seconds'::interval", rest / 1_000_000, rest % 1_000_000)
}

impl Found {
    pub(super) fn has_day(&self) -> bool {
        self.day.is_some()
    }

    /// Returns what Python's `isoformat(" ")` gives.
    pub(super) fn iso(&self) -> String {
        let mut text = self.day.map(day_text).unwrap_or_default();
        if let Some((hour, minute, second, fraction)) = self.time {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&format!("{hour:02}:{minute:02}:{second:02}"));
            if fraction != 0 {
                text.push_str(&format!(".{fraction:06}"));
            }
        }
        if let Some(offset) = self.offset {
            let (sign, length) = if offset < 0 { ('-', -offset) } else { ('+', offset) };
            let minutes = length / 60_000_000;
            text.push_str(&format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60));
        }
        text
    }

    /// Returns the type that psycopg gives the value.
    pub(super) fn cast(&self) -> &'static str {
        match (self.day, self.time, self.offset) {
            (Some(_), None, _) => "::date",
            (None, _, None) => "::time",
            (None, _, Some(_)) => "::timetz",
            (Some(_), Some(_), None) => "::timestamp",
            (Some(_), Some(_), Some(_)) => "::timestamptz",
        }
    }

    /// Returns how SQLAlchemy's types for SQLite store the value; the time zone is dropped.
    ///
    /// Source: SQLAlchemy 2.0 `dialects/sqlite/base.py`, `DATETIME`, `DATE`, `TIME`.
    pub(super) fn stored(&self, wanted: Moment) -> Option<String> {
        let time = |(hour, minute, second, fraction): (i128, i128, i128, i128)| {
            format!("{hour:02}:{minute:02}:{second:02}.{fraction:06}")
        };
        Some(match wanted {
            Moment::Date => day_text(self.day?),
            Moment::DateTime => format!("{} {}", day_text(self.day?), time(self.time.unwrap_or_default())),
            Moment::Time => time(self.time?),
        })
    }
}

fn day_text((year, month, day): (i128, i128, i128)) -> String {
    format!("{year:04}-{month:02}-{day:02}")
}
