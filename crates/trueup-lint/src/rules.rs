//! All rules: one file and one page each, in a folder per group.

use crate::Rule;

/// Writes the modules and the list of all rules from one sorted list, so that nothing can be forgotten.
macro_rules! rules {
    ($($group:ident { $($module:ident),* $(,)? })*) => {
        $(mod $group { $(pub(super) mod $module;)* })*

        /// All rules, sorted by group and name.
        pub static RULES: &[&Rule] = &[$($(&$group::$module::RULE,)*)*];
    };
}

// Sorted; `cargo xtask new rule` adds to it.
rules! {
    graph {
        dangling_down_revision,
        duplicate_branch_label,
        duplicate_revision,
        duplicate_revision_id,
        empty_baseline,
        file_name_mismatch,
        illegal_revision_id,
        missing_applied_revision,
        multiple_bases,
        multiple_heads,
        revision_cycle,
        revision_id_too_long,
        stale_docstring,
        undescriptive_message,
        unknown_database_revision,
        unloadable_revision,
    }
}

/// Returns the rule of that name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.name == name).copied()
}

#[cfg(test)]
mod tests;
