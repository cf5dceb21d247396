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
    drift {
        database_drift,
        lost_index,
        lost_uniqueness,
        model_drift,
    }
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
        version_gap,
    }
    models {
        duplicate_index,
        enum_labels_differ,
        index_naming,
        index_on_primary_key,
        missing_primary_key,
        redundant_index,
        unbounded_string,
        undocumented_index,
        unindexed_foreign_key,
        unreadable_model,
    }
    project {
        base_import_style,
        cascade_mismatch,
        duplicate_class,
        duplicate_table_definition,
        failing_env,
        foreign_key_cycle,
        foreign_key_type_mismatch,
        missing_foreign_key_target,
        multiple_metadata,
        overwritten_attribute,
        relationship_mismatch,
        required_table_missing,
        reserved_attribute,
        schema_change_outside_revisions,
        several_database_configurations,
        shadowed_module,
        undecodable_source,
        unregistered_model,
        unresolved_import,
        unresolved_relationship,
        unusable_setting,
        unused_suppression,
    }
    replay {
        empty_downgrade,
        failing_operation,
        irreversible_downgrade,
        lossy_downgrade,
        missing_extension,
        swallowed_error,
        unnamed_constraint_drop,
        unproven_revision,
        wrong_dialect,
    }
}

/// Returns the rule of that name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.name == name).copied()
}

#[cfg(test)]
mod tests;
