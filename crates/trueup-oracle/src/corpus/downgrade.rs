//! The way back: every downgrade from the heads to base, on the schema that the upgrades built.

use trueup_alembic::replay::DowngradeKind;
use trueup_project::pipelines::check::Built;
use trueup_schema::Schema;

/// Applies the operations of all downgrades, last revision first; tells what is left at the end, or where it ends.
pub fn to_base(built: &Built) -> String {
    let replay = &built.replay;
    let mut schema = replay.schema.clone();
    let base = replay.revisions.first().map_or_else(|| schema.clone(), |first| first.before.clone());
    for revision in replay.revisions.iter().rev() {
        match revision.downgrade {
            DowngradeKind::Empty => continue,
            DowngradeKind::Missing => return format!("{} (no downgrade)", revision.id),
            DowngradeKind::Raises => return format!("{} (its downgrade raises)", revision.id),
            DowngradeKind::Present => {}
        }
        let Some(undone) = &revision.undone else { return format!("{} (not known)", revision.id) };
        for recorded in &undone.operations {
            if let Err(error) = recorded.operation.apply(&mut schema) {
                return format!("{} ({error})", revision.id);
            }
        }
        if !undone.is_proved {
            return format!("{} (not proved)", revision.id);
        }
    }
    let left = left(&schema, &base);
    if left.is_empty() { "base".to_owned() } else { format!("base, left over: {}", left.join(", ")) }
}

/// What a schema has that another has not, in few words.
fn left(schema: &Schema, base: &Schema) -> Vec<String> {
    let tables = schema.tables.keys().filter(|name| !base.tables.contains_key(*name));
    let enums = schema.enums.keys().filter(|name| !base.enums.contains_key(*name));
    let sequences = schema.sequences.keys().filter(|name| !base.sequences.contains_key(*name));
    let functions = schema.functions.len().saturating_sub(base.functions.len());
    let mut out: Vec<String> = tables.map(|name| format!("table {name}")).collect();
    out.extend(enums.map(|name| format!("enum {name}")));
    out.extend(sequences.map(|name| format!("sequence {name}")));
    if functions > 0 {
        out.push(format!("{functions} functions"));
    }
    out
}
