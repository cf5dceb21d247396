//! Mapped classes: what their bodies assign, and the relationships between them.

use std::collections::HashMap;
use std::rc::Rc;

use trueup_python::ast::{ClassDef, Expr, ExprKind, Name, Span, Stmt, StmtKind};
use trueup_python::{Class, Place, Value, Vm, walk};
use trueup_schema::ObjectName;
use trueup_schema::facts::{AttributeFacts, ClassFacts, RelationshipFacts};

use super::changes::last_name;
use crate::compile::{attr, is_a, origin};

/// Calls that make a column.
const COLUMN_CALLS: &[&str] =
    &["Column", "mapped_column", "Field", "column_property", "deferred", "composite"];
/// Calls that make a relationship.
const RELATIONSHIP_CALLS: &[&str] = &["relationship", "Relationship", "relation", "dynamic_loader"];

/// A mapped class with what its registry says of it.
pub(crate) struct Mapped {
    /// The class.
    pub(crate) class: Rc<Class>,
    /// Its table, if it has one.
    pub(crate) table: Option<Value>,
    /// Index of its registry among the facts.
    pub(crate) registry: Option<usize>,
    /// Address of the registry of class names, within which relationships look for targets.
    pub(crate) namespace: usize,
}

/// Returns the facts of a mapped class.
pub(crate) fn class_facts(vm: &mut Vm, mapped: &Mapped, table: Option<ObjectName>) -> ClassFacts {
    let class = &mapped.class;
    let place = class.place.clone();
    let location = place.as_ref().and_then(|place| {
        origin(Some(&Place { source: place.source.clone(), span: class.name_span })).location()
    });
    let definition = place.as_ref().and_then(|place| definition(vm, place));
    let (attributes, bases) = match (&definition, &place) {
        (Some(definition), Some(place)) => {
            let bases = definition.bases.iter().filter_map(dotted).collect();
            (attributes(class, definition, place), bases)
        }
        _ => (Vec::new(), base_names(class)),
    };
    ClassFacts {
        name: class.name.to_string(),
        module: class.module.to_string(),
        location,
        registry: mapped.registry,
        table,
        attributes,
        bases,
    }
}

fn base_names(class: &Class) -> Vec<String> {
    class.bases.iter().filter_map(Value::as_class).map(|base| base.name.to_string()).collect()
}

/// Finds the syntax of a class by its place.
pub(super) fn definition(vm: &mut Vm, place: &Place) -> Option<Rc<ClassDef>> {
    let module = vm.module(&place.source.module.clone())?;
    find(&module.ast.body, place.span)
}

fn find(body: &[Stmt], span: Span) -> Option<Rc<ClassDef>> {
    for stmt in body {
        if stmt.span.start > span.end || stmt.span.end < span.start {
            continue;
        }
        if let StmtKind::ClassDef(def) = &stmt.kind
            && def.span == span
        {
            return Some(def.clone());
        }
        let mut blocks: Vec<&[Stmt]> = Vec::new();
        walk::stmt_parts(stmt, &mut |_| {}, &mut |inner| blocks.push(inner));
        if let StmtKind::FunctionDef(def) = &stmt.kind {
            blocks.push(&def.body);
        }
        if let Some(found) = blocks.into_iter().find_map(|inner| find(inner, span)) {
            return Some(found);
        }
    }
    None
}

/// Returns every assignment of a class body, also of a name that a later one overwrites.
fn attributes(class: &Class, definition: &ClassDef, place: &Place) -> Vec<AttributeFacts> {
    let mut found = Vec::new();
    collect(&definition.body, &mut |name, span, kind: Option<&'static str>| {
        let kind = kind.unwrap_or_else(|| evaluated_kind(class, name));
        let location = origin(Some(&Place { source: place.source.clone(), span })).location();
        found.push(AttributeFacts { name: name.to_string(), location, kind });
    });
    found
}

fn collect(body: &[Stmt], add: &mut dyn FnMut(&Name, Span, Option<&'static str>)) {
    for stmt in body {
        match &stmt.kind {
            StmtKind::Assign { targets, value } => {
                for target in targets {
                    if let ExprKind::Name(name) = &target.kind {
                        add(name, stmt.span, written_kind(value));
                    }
                }
            }
            StmtKind::AnnAssign { target, value, annotation, .. } => {
                if let ExprKind::Name(name) = &target.kind {
                    let mapped = is_mapped_annotation(annotation);
                    match value {
                        Some(value) => add(name, stmt.span, written_kind(value)),
                        None if mapped => add(name, stmt.span, None),
                        None => {}
                    }
                }
            }
            StmtKind::FunctionDef(def) => {
                let overloaded = def.decorators.iter().any(|decorator| {
                    matches!(
                        last_name(decorator),
                        "setter"
                            | "expression"
                            | "comparator"
                            | "deleter"
                            | "update_expression"
                            | "inplace"
                            | "overload"
                    )
                });
                if !overloaded {
                    add(&def.name, def.name_span, Some("method"));
                }
            }
            StmtKind::ClassDef(def) => add(&def.name, def.name_span, Some("other")),
            StmtKind::If { body, orelse, .. } => {
                // Only one branch runs: alternatives overwrite nothing.
                collect(if body.is_empty() { orelse } else { body }, add);
            }
            _ => {}
        }
    }
}

/// Returns the kind that the text of a value tells; `None` when the class itself has to be asked.
fn written_kind(value: &Expr) -> Option<&'static str> {
    match &value.kind {
        ExprKind::Call(call) => {
            let name = last_name(&call.function);
            if COLUMN_CALLS.contains(&name) {
                Some("column")
            } else if RELATIONSHIP_CALLS.contains(&name) {
                Some("relationship")
            } else {
                None
            }
        }
        ExprKind::Name(_) | ExprKind::Attribute { .. } => None,
        _ => Some("other"),
    }
}

fn is_mapped_annotation(annotation: &Expr) -> bool {
    match &annotation.kind {
        ExprKind::Subscript { value, .. } => last_name(value).contains("Mapped"),
        ExprKind::Str(text) => text.contains("Mapped["),
        _ => false,
    }
}

/// Returns what mapping made of an attribute.
fn evaluated_kind(class: &Class, name: &str) -> &'static str {
    match class.namespace.borrow().get(name) {
        Some(value) if is_a(value, "sqlalchemy.orm._mapping.InstrumentedAttribute") => "column",
        Some(value) if is_a(value, "sqlalchemy.schema.Column") => "column",
        Some(value) if is_a(value, "sqlalchemy.orm._mapping.Relationship") => "relationship",
        Some(Value::Function(_) | Value::Property(_) | Value::StaticMethod(_) | Value::ClassMethod(_)) => {
            "method"
        }
        _ => "other",
    }
}

/// The mapped classes of the project, to find the targets of relationships.
pub(crate) struct ClassNames {
    /// By registry of class names: class name → how many classes have it.
    by_name: HashMap<(usize, String), usize>,
    /// By registry: every table name.
    tables: HashMap<usize, Vec<String>>,
    /// Registries in which some class could not be mapped for lack of knowledge.
    uncertain: bool,
}

impl ClassNames {
    pub(crate) fn new(mapped: &[Mapped], uncertain: bool) -> Self {
        let mut names = Self { by_name: HashMap::new(), tables: HashMap::new(), uncertain };
        for found in mapped {
            *names.by_name.entry((found.namespace, found.class.name.to_string())).or_default() += 1;
            let metadata = found.table.as_ref().and_then(|table| table.as_instance()?.get("metadata"));
            let tables = metadata.and_then(|metadata| metadata.as_instance()?.get("_tables")?.as_dict());
            if let Some(tables) = tables {
                let keys = tables.pairs().into_iter().filter_map(|(key, _)| key.as_str());
                names.tables.entry(found.namespace).or_default().extend(keys.map(|key| key.to_string()));
            }
        }
        names
    }

    fn has_class(&self, namespace: usize, name: &str) -> bool {
        self.by_name.contains_key(&(namespace, name.to_owned()))
    }

    fn has_table(&self, namespace: usize, name: &str) -> bool {
        self.tables.get(&namespace).is_some_and(|tables| tables.iter().any(|table| table == name))
    }
}

/// Returns the relationships of a mapped class that it declares or gets from mixins.
pub(crate) fn relationships(vm: &mut Vm, mapped: &Mapped, names: &ClassNames) -> Vec<RelationshipFacts> {
    let mapper = mapped.class.namespace.borrow().get("__mapper__").cloned();
    let declared = mapper.as_ref().and_then(|mapper| mapper.as_instance()?.get("relationships")?.as_dict());
    let pairs = declared.map(|dict| dict.pairs()).unwrap_or_default();
    pairs
        .into_iter()
        .filter_map(|(name, value)| Some(relationship(vm, mapped, &name.as_str()?, &value, names)))
        .collect()
}

fn relationship(
    vm: &mut Vm,
    mapped: &Mapped,
    name: &str,
    value: &Value,
    names: &ClassNames,
) -> RelationshipFacts {
    let class = &mapped.class;
    let keywords = value.as_instance().and_then(|instance| instance.get("kw")?.as_dict());
    let keyword =
        |key: &str| keywords.as_ref().and_then(|dict| dict.get_str(key)).filter(|value| !value.is_none());
    let text = |key: &str| keyword(key).and_then(|value| value.as_str()).map(|text| text.to_string());
    let flag = |key: &str| keyword(key).and_then(|value| value.as_bool());
    let argument = attr(vm, value, "argument").unwrap_or(Value::None);
    let annotated = annotated_target(class, name);
    let (target, found) = match target_of(vm, &argument, mapped, names) {
        Some(target) => target,
        None => match &annotated {
            Some((text, _)) => named_target(text, mapped, names),
            None => (None, true),
        },
    };
    let secondary = attr(vm, value, "secondary").unwrap_or(Value::None);
    let (secondary, secondary_found) = secondary_of(vm, &secondary, mapped, names);
    let backref = keyword("backref").and_then(|value| match &value {
        Value::Instance(instance) => instance.get("name")?.as_str(),
        other => other.as_str(),
    });
    // The call in the project; mapping assigns the attribute anew, with the class as the place.
    let call = value.as_instance().and_then(|instance| instance.place.clone());
    let place = call.filter(|place| !place.source.is_library).or_else(|| class.attribute_place(name));
    let lazy = text("lazy");
    let dynamic = matches!(lazy.as_deref(), Some("dynamic" | "write_only"));
    let passive = match keyword("passive_deletes") {
        Some(Value::Bool(flag)) => flag,
        Some(value) => value.as_str().is_some(),
        None => false,
    };
    RelationshipFacts {
        class: class.name.to_string(),
        module: class.module.to_string(),
        name: name.to_owned(),
        target,
        target_found: found,
        back_populates: text("back_populates"),
        backref: backref.map(|text| text.to_string()),
        cascade: text("cascade"),
        passive_deletes: passive,
        secondary,
        secondary_found,
        explicit_join: ["primaryjoin", "foreign_keys", "secondaryjoin"]
            .iter()
            .any(|key| keyword(key).is_some()),
        uselist: flag("uselist")
            .or(dynamic.then_some(true))
            .or(annotated.as_ref().map(|(_, uselist)| *uselist)),
        viewonly: flag("viewonly").unwrap_or(false),
        location: origin(place.as_ref()).location(),
    }
}

/// Returns the class name in `Mapped[list["X"]]` and whether it is a collection, from the annotation's text: what it
/// names is often imported for type checkers only.
fn annotated_target(class: &Class, name: &str) -> Option<(String, bool)> {
    let annotation =
        class.mro.borrow().iter().find_map(|base| base.annotations.borrow().get(name).cloned())?;
    target_in(&annotation.expr, false, 0)
}

fn target_in(expr: &Expr, uselist: bool, depth: usize) -> Option<(String, bool)> {
    if depth > 12 {
        return None;
    }
    let inner = |expr: &Expr, uselist: bool| target_in(expr, uselist, depth + 1);
    match &expr.kind {
        ExprKind::Str(text) => inner(&trueup_python::parse_expression(text)?, uselist),
        ExprKind::Name(name) => Some((name.to_string(), uselist)),
        ExprKind::Attribute { attr, .. } => Some((attr.to_string(), uselist)),
        ExprKind::Binary { left, right, .. } => inner(left, uselist).or_else(|| inner(right, uselist)),
        ExprKind::Subscript { value, index } => {
            let args: Vec<&Expr> = match &index.kind {
                ExprKind::Tuple(items) => items.iter().collect(),
                _ => vec![index],
            };
            match last_name(value) {
                "Mapped" | "Optional" | "Union" | "Annotated" => {
                    args.into_iter().find_map(|arg| inner(arg, uselist))
                }
                "list" | "List" | "set" | "Set" | "Sequence" | "Collection" | "Iterable"
                | "MutableSequence" | "MutableSet" | "tuple" | "Tuple" | "WriteOnlyMapped"
                | "DynamicMapped" | "AppenderQuery" => inner(args.first()?, true),
                "dict" | "Dict" | "Mapping" | "MutableMapping" | "KeyFuncDict" | "MappedCollection" => {
                    inner(args.last()?, true)
                }
                name => Some((name.to_owned(), uselist)),
            }
        }
        _ => None,
    }
}

/// Returns the name of a target class and whether it is there; `None` when nothing was said.
fn target_of(
    vm: &mut Vm,
    value: &Value,
    mapped: &Mapped,
    names: &ClassNames,
) -> Option<(Option<String>, bool)> {
    match value {
        Value::None => None,
        Value::Unknown(_) => Some((None, true)),
        Value::Class(class) => Some((Some(class.name.to_string()), true)),
        Value::Function(_) | Value::Builtin(_) => {
            vm.refuel();
            let result = vm.call_with(value, Vec::new()).unwrap_or(Value::None);
            match result {
                Value::Function(_) | Value::None => Some((None, true)),
                other => target_of(vm, &other, mapped, names),
            }
        }
        other => match other.as_str() {
            Some(text) => Some(named_target(&text, mapped, names)),
            None => {
                // A forward reference of `typing`.
                let forward = attr(vm, other, "__forward_arg__").ok().and_then(|value| value.as_str());
                Some(forward.map_or((None, true), |text| named_target(&text, mapped, names)))
            }
        },
    }
}

fn named_target(text: &str, mapped: &Mapped, names: &ClassNames) -> (Option<String>, bool) {
    let name = text.trim().trim_matches(['"', '\'']);
    let last = name.rsplit('.').next().unwrap_or(name);
    if !last.chars().all(|letter| letter.is_alphanumeric() || letter == '_') || last.is_empty() {
        return (None, true);
    }
    let found = names.has_class(mapped.namespace, last) || names.uncertain;
    (Some(last.to_owned()), found)
}

fn secondary_of(vm: &mut Vm, value: &Value, mapped: &Mapped, names: &ClassNames) -> (Option<String>, bool) {
    match value {
        Value::None => (None, true),
        other => match other.as_str() {
            Some(text) => {
                let plain =
                    text.chars().all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '.');
                let found = !plain
                    || names.uncertain
                    || names.has_table(mapped.namespace, &text)
                    || names.has_class(mapped.namespace, text.split('.').next().unwrap_or(&text));
                (Some(text.to_string()), found)
            }
            None => {
                let name = attr(vm, other, "fullname").ok().and_then(|name| name.as_str());
                (Some(name.map_or_else(|| "secondary".to_owned(), |name| name.to_string())), true)
            }
        },
    }
}

fn dotted(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.to_string()),
        ExprKind::Attribute { value, attr } => Some(format!("{}.{attr}", dotted(value)?)),
        ExprKind::Subscript { value, .. } => dotted(value),
        ExprKind::Call(call) => Some(format!("{}(…)", dotted(&call.function)?)),
        _ => None,
    }
}
