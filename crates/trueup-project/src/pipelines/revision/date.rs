//! The date of creation: now, in the zone that `timezone` names, else as the clock on the wall says it.

use jiff::Zoned;
use jiff::tz::TimeZone;
use trueup_alembic::template::CreateDate;

use super::refused;
use crate::report::Failure;

/// Returns the present moment.
///
/// Zones come from the system's data, or from those that are built in where it has none.
pub(super) fn now(timezone: Option<&str>) -> Result<CreateDate, Failure> {
    match timezone.map(str::trim).filter(|name| !name.is_empty()) {
        None => Ok(told(&Zoned::now(), false)),
        Some(name) => {
            let zone = TimeZone::get(name).map_err(|_| {
                refused(
                    format!("`timezone` is `{name}`, which is no time zone"),
                    "write it as `UTC` or `Europe/Vienna`, or leave it empty for local time",
                )
            })?;
            Ok(told(&jiff::Timestamp::now().to_zoned(zone), true))
        }
    }
}

fn told(moment: &Zoned, has_zone: bool) -> CreateDate {
    let zone = has_zone.then(|| {
        let name = moment.time_zone().to_offset_info(moment.timestamp()).abbreviation().to_owned();
        (moment.offset().seconds(), name)
    });
    CreateDate {
        year: moment.year(),
        month: moment.month(),
        day: moment.day(),
        weekday: moment.weekday().to_monday_zero_offset(),
        day_of_year: moment.day_of_year(),
        hour: moment.hour(),
        minute: moment.minute(),
        second: moment.second(),
        microsecond: moment.subsec_nanosecond() / 1_000,
        zone,
        epoch: moment.timestamp().as_second(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_named_as_python_names_them() {
        let date = now(Some("UTC")).expect("there is such a zone");
        assert_eq!(date.zone, Some((0, "UTC".to_owned())));
        // Summer and winter never differ in India.
        assert_eq!(now(Some("Asia/Kolkata")).expect("a zone").zone, Some((19_800, "IST".to_owned())));
        assert_eq!(now(Some("utc")).expect("in any case").zone, Some((0, "UTC".to_owned())));
        assert!(now(Some("Mars/Olympus")).expect_err("no zone").message.contains("`Mars/Olympus`"));
    }

    #[test]
    fn local_time_has_no_zone() {
        assert_eq!(now(None).expect("a moment").zone, None);
        assert_eq!(now(Some(" ")).expect("a moment").zone, None);
    }
}
