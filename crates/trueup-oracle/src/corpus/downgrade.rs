//! The way back: every downgrade from the heads to base, each on what those after it have left.

use trueup_project::pipelines::check::Built;
use trueup_schema::Schema;

/// Tells where the downgrades end, and what is left at base.
pub fn to_base(built: &Built) -> String {
    let Some(descent) = &built.replay.descent else { return "nowhere".to_owned() };
    if let Some((id, reason)) = &descent.ends {
        return format!("{id} ({reason})");
    }
    let first = built.replay.revisions.first();
    let left = first.map_or_else(Vec::new, |first| left(&descent.schema, &first.before));
    if left.is_empty() { "base".to_owned() } else { format!("base, left over: {}", left.join(", ")) }
}

/// What a schema has that another has not, in few words.
fn left(schema: &Schema, base: &Schema) -> Vec<String> {
    let tables = schema.tables.keys().filter(|name| !base.tables.contains_key(name));
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
