//! Numbers that occur twice, and numbers that are missing.

use std::collections::BTreeMap;

use super::name::version_parts;
use super::{Defect, SqlMigration};

/// Numbers with more digits are times.
const MAX_DIGITS: usize = 7;
/// From this many missing numbers on it is a jump that somebody meant.
const MAX_MISSING: u128 = 9;
/// Steps of this size and more are a habit even if there is only one of them.
const ROUND_STEP: u128 = 5;

/// Adds the defects of a folder's numbers.
pub(super) fn check(migrations: &[SqlMigration], defects: &mut Vec<Defect>) {
    let mut by_version: BTreeMap<Vec<u128>, Vec<usize>> = BTreeMap::new();
    for (at, migration) in migrations.iter().enumerate() {
        if let Some(version) = &migration.version {
            by_version.entry(version_parts(version)).or_default().push(at);
        }
    }
    for positions in by_version.values().filter(|positions| positions.len() > 1) {
        let version = migrations[positions[0]].version.clone().unwrap_or_default();
        defects.push(Defect::DuplicateVersion { version, migrations: positions.clone() });
    }
    let counted = migrations.iter().filter_map(|migration| migration.version.as_deref());
    let is_counted =
        |version: &str| version.len() <= MAX_DIGITS && version.bytes().all(|byte| byte.is_ascii_digit());
    if counted.into_iter().all(is_counted) {
        let numbers: Vec<(u128, usize, usize)> = by_version
            .iter()
            .filter_map(|(parts, positions)| Some((*parts.first()?, *positions.first()?, *positions.last()?)))
            .collect();
        gaps(migrations, &numbers, defects);
    }
}

fn gaps(migrations: &[SqlMigration], numbers: &[(u128, usize, usize)], defects: &mut Vec<Defect>) {
    let steps: Vec<u128> = numbers.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    let habit = steps.iter().copied().fold(0, greatest_common_divisor);
    // `010`, `020`, `030`: numbered in steps, to have room in between.
    if habit > 1 && (steps.len() > 1 || habit >= ROUND_STEP) {
        return;
    }
    for pair in numbers.windows(2) {
        let ((low, _, before), (high, after, _)) = (pair[0], pair[1]);
        let missing = high - low - 1;
        if missing == 0 || missing > MAX_MISSING {
            continue;
        }
        let width =
            migrations[after].version.as_deref().filter(|text| text.starts_with('0')).map_or(0, str::len);
        let missing = (low + 1..high).map(|number| format!("{number:0width$}")).collect();
        defects.push(Defect::Gap { missing, before, after });
    }
}

fn greatest_common_divisor(left: u128, right: u128) -> u128 {
    let (mut left, mut right) = (left, right);
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left
}
