//! The answers of all catalog queries, still flat and keyed by oid.

use std::collections::{BTreeMap, HashMap, HashSet};

use postgres::types::{ToSql, Type};
use postgres::{Row, Transaction};

use super::Server;
use super::rows::{
    ColumnRow, CommentRow, ConstraintRow, ExtensionRow, FunctionRow, IndexRow, OperatorClassRow,
    PartitionedRow, PolicyRow, PropertyRow, RecipeRow, RelationRow, SequenceRow, TriggerRow, TypeRow,
    UnmodelledRow,
};
use crate::inspect::Namespaces;

/// Identity of a catalog row.
pub(super) type Oid = u32;

/// Everything that was read.
pub(super) struct Catalog {
    pub(super) default_namespace: String,
    pub(super) namespaces: HashMap<Oid, String>,
    /// Namespaces that were asked for, in order of creation.
    pub(super) selected: Vec<Oid>,
    pub(super) extensions: Vec<ExtensionRow>,
    /// Catalog and object of everything that belongs to an extension, or that another object brings along.
    pub(super) members: HashSet<(Oid, Oid)>,
    pub(super) relations: BTreeMap<Oid, RelationRow>,
    pub(super) columns: HashMap<Oid, Vec<ColumnRow>>,
    pub(super) constraints: Vec<ConstraintRow>,
    pub(super) indexes: Vec<IndexRow>,
    pub(super) operator_classes: HashMap<Oid, OperatorClassRow>,
    pub(super) collations: HashMap<Oid, String>,
    pub(super) types: BTreeMap<Oid, TypeRow>,
    pub(super) enum_labels: HashMap<Oid, Vec<String>>,
    pub(super) sequences: BTreeMap<Oid, SequenceRow>,
    pub(super) views: HashMap<Oid, String>,
    pub(super) functions: Vec<FunctionRow>,
    pub(super) triggers: Vec<TriggerRow>,
    pub(super) policies: Vec<PolicyRow>,
    pub(super) comments: HashMap<(Oid, Oid, i32), CommentRow>,
    /// Parents of a relation in order; of a partition or an attached index the only one.
    pub(super) parents: HashMap<Oid, Vec<Oid>>,
    pub(super) partitioned: HashMap<Oid, PartitionedRow>,
    pub(super) unmodelled: Vec<UnmodelledRow>,
    pub(super) recipes: Vec<RecipeRow>,
    pub(super) properties: Vec<PropertyRow>,
    pub(super) queries: usize,
}

/// Oids of the catalogs themselves, which never change (PostgreSQL 17, `pg_class.dat` and its neighbours).
pub(super) mod class {
    use super::Oid;

    pub(crate) const TYPE: Oid = 1247;
    pub(crate) const PROC: Oid = 1255;
    pub(crate) const CLASS: Oid = 1259;
    pub(crate) const CONSTRAINT: Oid = 2606;
    pub(crate) const NAMESPACE: Oid = 2615;
    pub(crate) const TRIGGER: Oid = 2620;
}

type Failure = (&'static str, postgres::Error);

/// Asks one query after the other and counts them.
struct Asker<'a, 'b> {
    transaction: &'a mut Transaction<'b>,
    major: i32,
    namespaces: Vec<Oid>,
    queries: usize,
}

impl Asker<'_, '_> {
    /// Asks for everything a catalog has.
    fn all<T>(&mut self, what: &'static str, sql: &str, read: fn(&Row) -> T) -> Result<Vec<T>, Failure> {
        self.ask(what, sql, &[], read)
    }

    /// Asks for what belongs to the selected namespaces.
    fn selected<T>(&mut self, what: &'static str, sql: &str, read: fn(&Row) -> T) -> Result<Vec<T>, Failure> {
        let namespaces = self.namespaces.clone();
        self.ask(what, sql, &[(&namespaces, Type::OID_ARRAY)], read)
    }

    fn ask<T>(
        &mut self,
        what: &'static str,
        sql: &str,
        parameters: &[(&(dyn ToSql + Sync), Type)],
        read: fn(&Row) -> T,
    ) -> Result<Vec<T>, Failure> {
        self.queries += 1;
        // Statements without a name: one round trip each, and poolers that share sessions let them pass.
        let rows = self.transaction.query_typed(&for_version(sql, self.major), parameters);
        Ok(rows.map_err(|error| (what, error))?.iter().map(read).collect())
    }
}

macro_rules! query {
    ($name:literal) => {
        include_str!(concat!("queries/", $name, ".sql"))
    };
}

impl Catalog {
    pub(super) fn fetch(
        transaction: &mut Transaction<'_>,
        server: &Server,
        wanted: &Namespaces,
    ) -> Result<Self, Failure> {
        let mut asker = Asker { transaction, major: server.major, namespaces: Vec::new(), queries: 0 };
        let pair = |row: &Row| (row.get::<_, Oid>(0), row.get::<_, Oid>(1));
        let named = |row: &Row| (row.get::<_, Oid>(0), row.get::<_, String>(1));
        let namespaces = asker.all("the namespaces", query!("namespaces"), named)?;
        let contained = |(_, name): &&(Oid, String)| wanted.contains(name, &server.default_namespace);
        let selected: Vec<Oid> = namespaces.iter().filter(contained).map(|(oid, _)| *oid).collect();
        asker.namespaces.clone_from(&selected);
        let relations = asker.selected("the relations", query!("relations"), RelationRow::read)?;
        let columns = asker.selected("the columns", query!("columns"), ColumnRow::read)?;
        let sequences = asker.all("the sequences", query!("sequences"), SequenceRow::read)?;
        let types = asker.all("the types", query!("types"), TypeRow::read)?;
        let classes =
            asker.all("the operator classes", query!("operator_classes"), OperatorClassRow::read)?;
        let partitioned =
            asker.selected("the partition keys", query!("partitioned_tables"), PartitionedRow::read)?;
        let mut catalog = Self {
            default_namespace: server.default_namespace.clone(),
            namespaces: namespaces.into_iter().collect(),
            selected,
            extensions: asker.all("the extensions", query!("extensions"), ExtensionRow::read)?,
            members: asker
                .all("the members of extensions", query!("extension_members"), pair)?
                .into_iter()
                .collect(),
            relations: relations.into_iter().map(|row| (row.oid, row)).collect(),
            columns: grouped(columns.into_iter().map(|row| (row.relation, row))),
            constraints: asker.selected("the constraints", query!("constraints"), ConstraintRow::read)?,
            indexes: asker.selected("the indexes", query!("indexes"), IndexRow::read)?,
            operator_classes: classes.into_iter().map(|row| (row.oid, row)).collect(),
            collations: asker.all("the collations", query!("collations"), named)?.into_iter().collect(),
            types: types.into_iter().map(|row| (row.oid, row)).collect(),
            enum_labels: grouped(asker.all("the enum labels", query!("enum_labels"), named)?),
            sequences: sequences.into_iter().map(|row| (row.oid, row)).collect(),
            views: asker.selected("the views", query!("views"), named)?.into_iter().collect(),
            functions: asker.selected("the functions", query!("functions"), FunctionRow::read)?,
            triggers: asker.selected("the triggers", query!("triggers"), TriggerRow::read)?,
            policies: asker.all("the policies", query!("policies"), PolicyRow::read)?,
            comments: asker
                .all("the comments", query!("comments"), CommentRow::read)?
                .into_iter()
                .map(|row| ((row.class, row.object, row.part), row))
                .collect(),
            parents: grouped(asker.all("the inheritance", query!("inheritance"), pair)?),
            partitioned: partitioned.into_iter().map(|row| (row.relation, row)).collect(),
            unmodelled: asker.all("the objects of other kinds", query!("unmodelled"), UnmodelledRow::read)?,
            recipes: asker.all("how objects of other kinds are made", query!("recipes"), RecipeRow::read)?,
            properties: asker.all("owners and privileges", query!("properties"), PropertyRow::read)?,
            queries: 0,
        };
        catalog.queries = asker.queries;
        Ok(catalog)
    }

    /// Tells whether an object belongs to an extension or came with another object.
    pub(super) fn is_member(&self, class: Oid, object: Oid) -> bool {
        self.members.contains(&(class, object))
    }

    /// Tells whether a namespace was asked for.
    pub(super) fn is_selected(&self, namespace: Oid) -> bool {
        self.selected.contains(&namespace)
    }

    /// Returns the comment on an object; `part` is a column's number or zero.
    pub(super) fn comment(&self, class: Oid, object: Oid, part: i32) -> Option<String> {
        self.comments.get(&(class, object, part)).map(|row| row.text.clone())
    }
}

fn grouped<T>(rows: impl IntoIterator<Item = (Oid, T)>) -> HashMap<Oid, Vec<T>> {
    let mut groups: HashMap<Oid, Vec<T>> = HashMap::new();
    for (key, value) in rows {
        groups.entry(key).or_default().push(value);
    }
    groups
}

/// Keeps what a version knows: `/*15*/new/*else*/old/*end*/` becomes `new` on 15 and later, `old` before.
fn for_version(sql: &str, major: i32) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some((before, choice)) = rest.split_once("/*") {
        text.push_str(before);
        let parsed = choice.split_once("*/").and_then(|(since, choice)| {
            let (new, choice) = choice.split_once("/*else*/")?;
            let (old, after) = choice.split_once("/*end*/")?;
            Some((since.parse::<i32>().ok()?, new, old, after))
        });
        let Some((since, new, old, after)) = parsed else {
            text.push_str("/*");
            rest = choice;
            continue;
        };
        text.push_str(if major >= since { new } else { old });
        rest = after;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::for_version;

    #[test]
    fn a_query_keeps_what_the_version_knows() {
        let sql = "SELECT a, /*15*/b/*else*/NULL/*end*/ AS b, /*18*/c/*else*/true/*end*/ AS c /* note */";
        assert_eq!(for_version(sql, 17), "SELECT a, b AS b, true AS c /* note */");
        assert_eq!(for_version(sql, 14), "SELECT a, NULL AS b, true AS c /* note */");
    }
}
