//! One plain struct per catalog query; the fields are the query's columns by name.
//!
//! The queries cast every column to a type listed here, so reading a row cannot fail on any server.

use postgres::Row;

use super::catalog::Oid;

/// An extension.
pub(super) struct ExtensionRow {
    pub(super) name: String,
    pub(super) namespace: Oid,
}

impl ExtensionRow {
    pub(super) fn read(row: &Row) -> Self {
        Self { name: row.get("name"), namespace: row.get("namespace") }
    }
}

/// A table, view, sequence, index or composite type.
pub(super) struct RelationRow {
    pub(super) oid: Oid,
    pub(super) name: String,
    pub(super) namespace: Oid,
    pub(super) kind: String,
    pub(super) persistence: String,
    pub(super) is_partition: bool,
    pub(super) row_security: bool,
    pub(super) force_row_security: bool,
    pub(super) replica_identity: String,
    pub(super) of_type: Oid,
    pub(super) storage: Vec<String>,
    pub(super) method: Option<String>,
    pub(super) partition_bound: Option<String>,
    pub(super) owner: String,
    pub(super) privileges: Vec<String>,
}

impl RelationRow {
    pub(super) fn read(row: &Row) -> Self {
        Self {
            oid: row.get("oid"),
            name: row.get("name"),
            namespace: row.get("namespace"),
            kind: row.get("kind"),
            persistence: row.get("persistence"),
            is_partition: row.get("is_partition"),
            row_security: row.get("row_security"),
            force_row_security: row.get("force_row_security"),
            replica_identity: row.get("replica_identity"),
            of_type: row.get("of_type"),
            storage: row.get("storage"),
            method: row.get("method"),
            partition_bound: row.get("partition_bound"),
            owner: row.get("owner"),
            privileges: row.get("privileges"),
        }
    }
}

/// A column, or a key of an index that carries options.
pub(super) struct ColumnRow {
    pub(super) relation: Oid,
    pub(super) number: i16,
    pub(super) name: String,
    pub(super) type_oid: Oid,
    pub(super) type_text: String,
    pub(super) not_null: bool,
    pub(super) identity: String,
    pub(super) generated: String,
    pub(super) default_text: Option<String>,
    pub(super) collation_oid: Oid,
    pub(super) collation: Option<String>,
    pub(super) options: Vec<String>,
    pub(super) privileges: Vec<String>,
}

impl ColumnRow {
    pub(super) fn read(row: &Row) -> Self {
        Self {
            relation: row.get("relation"),
            number: row.get("number"),
            name: row.get("name"),
            type_oid: row.get("type_oid"),
            type_text: row.get("type_text"),
            not_null: row.get("not_null"),
            identity: row.get("identity"),
            generated: row.get("generated"),
            default_text: row.get("default_text"),
            collation_oid: row.get("collation_oid"),
            collation: row.get("collation"),
            options: row.get("options"),
            privileges: row.get("privileges"),
        }
    }
}

/// A constraint of a table or domain.
pub(super) struct ConstraintRow {
    pub(super) oid: Oid,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) deferrable: bool,
    pub(super) deferred: bool,
    pub(super) validated: bool,
    pub(super) relation: Oid,
    pub(super) domain: Oid,
    pub(super) index: Oid,
    pub(super) parent: Oid,
    pub(super) referenced: Oid,
    pub(super) on_update: String,
    pub(super) on_delete: String,
    pub(super) match_kind: String,
    pub(super) no_inherit: bool,
    pub(super) columns: Vec<i16>,
    pub(super) referenced_columns: Vec<i16>,
    pub(super) set_columns: Vec<i16>,
    pub(super) condition: Option<String>,
    pub(super) operators: Option<Vec<String>>,
    pub(super) enforced: bool,
    pub(super) temporal: bool,
}

impl ConstraintRow {
    pub(super) fn read(row: &Row) -> Self {
        Self {
            oid: row.get("oid"),
            name: row.get("name"),
            kind: row.get("kind"),
            deferrable: row.get("deferrable"),
            deferred: row.get("deferred"),
            validated: row.get("validated"),
            relation: row.get("relation"),
            domain: row.get("domain"),
            index: row.get("index"),
            parent: row.get("parent"),
            referenced: row.get("referenced"),
            on_update: row.get("on_update"),
            on_delete: row.get("on_delete"),
            match_kind: row.get("match"),
            no_inherit: row.get("no_inherit"),
            columns: row.get("columns"),
            referenced_columns: row.get("referenced_columns"),
            set_columns: row.get("set_columns"),
            condition: row.get("condition"),
            operators: row.get("operators"),
            enforced: row.get("enforced"),
            temporal: row.get("temporal"),
        }
    }
}

/// An index, its keys by position.
pub(super) struct IndexRow {
    pub(super) oid: Oid,
    pub(super) relation: Oid,
    pub(super) is_unique: bool,
    pub(super) valid: bool,
    pub(super) key_count: i16,
    pub(super) columns: Vec<i16>,
    pub(super) orders: Vec<i16>,
    pub(super) collations: Vec<Oid>,
    pub(super) operator_classes: Vec<Oid>,
    pub(super) nulls_not_distinct: bool,
    pub(super) predicate: Option<String>,
    pub(super) key_texts: Option<Vec<String>>,
}

impl IndexRow {
    pub(super) fn read(row: &Row) -> Self {
        Self {
            oid: row.get("oid"),
            relation: row.get("relation"),
            is_unique: row.get("is_unique"),
            valid: row.get("valid"),
            key_count: row.get("key_count"),
            columns: row.get("columns"),
            orders: row.get("orders"),
            collations: row.get("collations"),
            operator_classes: row.get("operator_classes"),
            nulls_not_distinct: row.get("nulls_not_distinct"),
            predicate: row.get("predicate"),
            key_texts: row.get("key_texts"),
        }
    }
}

/// An operator class.
pub(super) struct OperatorClassRow {
    pub(super) oid: Oid,
    pub(super) name: String,
    pub(super) is_default: bool,
}

impl OperatorClassRow {
    pub(super) fn read(row: &Row) -> Self {
        Self { oid: row.get("oid"), name: row.get("name"), is_default: row.get("is_default") }
    }
}

/// A user-defined type; `element` is set for arrays.
pub(super) struct TypeRow {
    pub(super) oid: Oid,
    pub(super) name: String,
    pub(super) namespace: Oid,
    pub(super) kind: String,
    pub(super) element: Oid,
    pub(super) not_null: bool,
    pub(super) default_text: Option<String>,
    pub(super) base_oid: Oid,
    pub(super) base_text: Option<String>,
    pub(super) collation: Option<String>,
}

impl TypeRow {
    pub(super) fn read(row: &Row) -> Self {
        Self {
            oid: row.get("oid"),
            name: row.get("name"),
            namespace: row.get("namespace"),
            kind: row.get("kind"),
            element: row.get("element"),
            not_null: row.get("not_null"),
            default_text: row.get("default_text"),
            base_oid: row.get("base_oid"),
            base_text: row.get("base_text"),
            collation: row.get("collation"),
        }
    }
}

/// A sequence, with the column that owns it.
pub(super) struct SequenceRow {
    pub(super) oid: Oid,
    pub(super) data_type: String,
    pub(super) start: i64,
    pub(super) increment: i64,
    pub(super) min_value: i64,
    pub(super) max_value: i64,
    pub(super) cache: i64,
    pub(super) cycle: bool,
    pub(super) owner_relation: Option<Oid>,
    pub(super) owner_column: Option<i32>,
    pub(super) regclass: String,
}

impl SequenceRow {
    pub(super) fn read(row: &Row) -> Self {
        Self {
            oid: row.get("oid"),
            data_type: row.get("data_type"),
            start: row.get("start"),
            increment: row.get("increment"),
            min_value: row.get("min_value"),
            max_value: row.get("max_value"),
            cache: row.get("cache"),
            cycle: row.get("cycle"),
            owner_relation: row.get("owner_relation"),
            owner_column: row.get("owner_column"),
            regclass: row.get("regclass"),
        }
    }
}

/// A function, procedure or aggregate.
pub(super) struct FunctionRow {
    pub(super) oid: Oid,
    pub(super) name: String,
    pub(super) namespace: Oid,
    pub(super) kind: String,
    pub(super) argument_types: Vec<String>,
    pub(super) argument_oids: Vec<Oid>,
    pub(super) definition: Option<String>,
    pub(super) arguments: Option<String>,
    pub(super) transition: Option<String>,
    pub(super) state_type: Option<String>,
    pub(super) final_function: Option<String>,
    pub(super) combine: Option<String>,
    pub(super) initial: Option<String>,
}

impl FunctionRow {
    pub(super) fn read(row: &Row) -> Self {
        Self {
            oid: row.get("oid"),
            name: row.get("name"),
            namespace: row.get("namespace"),
            kind: row.get("kind"),
            argument_types: row.get("argument_types"),
            argument_oids: row.get("argument_oids"),
            definition: row.get("definition"),
            arguments: row.get("arguments"),
            transition: row.get("transition"),
            state_type: row.get("state_type"),
            final_function: row.get("final"),
            combine: row.get("combine"),
            initial: row.get("initial"),
        }
    }
}

/// A trigger.
pub(super) struct TriggerRow {
    pub(super) oid: Oid,
    pub(super) relation: Oid,
    pub(super) name: String,
    pub(super) enabled: String,
    pub(super) definition: String,
}

impl TriggerRow {
    pub(super) fn read(row: &Row) -> Self {
        Self {
            oid: row.get("oid"),
            relation: row.get("relation"),
            name: row.get("name"),
            enabled: row.get("enabled"),
            definition: row.get("definition"),
        }
    }
}

/// A row security policy.
pub(super) struct PolicyRow {
    pub(super) relation: Oid,
    pub(super) name: String,
    pub(super) command: String,
    pub(super) permissive: bool,
    pub(super) roles: Vec<String>,
    pub(super) condition: Option<String>,
    pub(super) with_check: Option<String>,
}

impl PolicyRow {
    pub(super) fn read(row: &Row) -> Self {
        Self {
            relation: row.get("relation"),
            name: row.get("name"),
            command: row.get("command"),
            permissive: row.get("permissive"),
            roles: row.get("roles"),
            condition: row.get("condition"),
            with_check: row.get("with_check"),
        }
    }
}

/// A comment.
pub(super) struct CommentRow {
    pub(super) class: Oid,
    pub(super) object: Oid,
    pub(super) part: i32,
    pub(super) text: String,
}

impl CommentRow {
    pub(super) fn read(row: &Row) -> Self {
        Self {
            class: row.get("class"),
            object: row.get("object"),
            part: row.get("part"),
            text: row.get("text"),
        }
    }
}

/// The key of a partitioned table.
pub(super) struct PartitionedRow {
    pub(super) relation: Oid,
    pub(super) strategy: String,
    pub(super) columns: Vec<i16>,
    pub(super) operator_classes: Vec<Oid>,
    pub(super) collations: Vec<Oid>,
    pub(super) definition: String,
}

impl PartitionedRow {
    pub(super) fn read(row: &Row) -> Self {
        Self {
            relation: row.get("relation"),
            strategy: row.get("strategy"),
            columns: row.get("columns"),
            operator_classes: row.get("operator_classes"),
            collations: row.get("collations"),
            definition: row.get("definition"),
        }
    }
}

/// An object of a kind that is not modelled.
pub(super) struct UnmodelledRow {
    pub(super) class: Oid,
    pub(super) object: Oid,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) namespace: Oid,
    pub(super) suffix: String,
    pub(super) relation: Oid,
}

impl UnmodelledRow {
    pub(super) fn read(row: &Row) -> Self {
        Self {
            class: row.get("class"),
            object: row.get("object"),
            kind: row.get("kind"),
            name: row.get("name"),
            namespace: row.get("namespace"),
            suffix: row.get("suffix"),
            relation: row.get("relation"),
        }
    }
}

/// How an object of a kind that is not modelled is made.
pub(super) struct RecipeRow {
    pub(super) class: Oid,
    pub(super) object: Oid,
    pub(super) kind: String,
    pub(super) relation: Oid,
    pub(super) creates: Vec<String>,
    pub(super) drops: Vec<String>,
    /// Names and types of the parts, one after the other.
    pub(super) parts: Vec<String>,
}

impl RecipeRow {
    pub(super) fn read(row: &Row) -> Self {
        Self {
            class: row.get("class"),
            object: row.get("object"),
            kind: row.get("kind"),
            relation: row.get("relation"),
            creates: row.get("creates"),
            drops: row.get("drops"),
            parts: row.get("parts"),
        }
    }
}

/// An owner, privileges or a comment.
pub(super) struct PropertyRow {
    pub(super) class: Oid,
    pub(super) object: Oid,
    pub(super) namespace: Oid,
    pub(super) relation: Oid,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) creates: Vec<String>,
    pub(super) drops: Vec<String>,
}

impl PropertyRow {
    pub(super) fn read(row: &Row) -> Self {
        Self {
            class: row.get("class"),
            object: row.get("object"),
            namespace: row.get("namespace"),
            relation: row.get("relation"),
            kind: row.get("kind"),
            name: row.get("name"),
            creates: row.get("creates"),
            drops: row.get("drops"),
        }
    }
}
