//! Evaluates a query over catalogs and tables without rows, with SQL's three truth values and a fourth: not known.

use trueup_schema::ObjectName;

use super::Cell;
use super::catalog::{self, Virtual};
use super::parse::{Expr, Item, Query, Source};
use crate::replay::SimState;

/// Rows that a query may combine, to keep joins of large catalogs bounded.
const MAX_ROWS: usize = 200_000;

/// The result of a query.
pub(super) struct Output {
    pub(super) keys: Vec<String>,
    pub(super) rows: Vec<Vec<Cell>>,
}

type Evaluated<T> = Result<T, String>;

/// One table of a query with the row that is looked at; `None` for the missing side of a left join.
struct Binding<'a> {
    alias: &'a str,
    columns: &'static [&'static str],
    row: Option<&'a [Cell]>,
}

/// Evaluates a query.
pub(super) fn run(state: &SimState, query: &Query) -> Evaluated<Output> {
    match enum_labels(state, query) {
        Some(rows) => Ok(Output { keys: vec!["unnest".to_owned()], rows }),
        None => select(state, query, &[]),
    }
}

/// Answers `SELECT unnest(enum_range(NULL::type))`.
fn enum_labels(state: &SimState, query: &Query) -> Option<Vec<Vec<Cell>>> {
    let [Item::Expr(expr, _)] = query.items.as_slice() else { return None };
    let expr = match expr {
        Expr::Cast(inner, _) => inner,
        other => other,
    };
    let Expr::Call(unnest, arguments) = expr else { return None };
    let [Expr::Call(range, arguments)] = arguments.as_slice() else { return None };
    let [Expr::Cast(value, name)] = arguments.as_slice() else { return None };
    let wanted = unnest == "unnest" && range == "enum_range" && matches!(**value, Expr::Null);
    if !wanted || !query.sources.is_empty() {
        return None;
    }
    let found = state.schema.enums.values().find(|found| found.name.name == *name)?;
    Some(found.labels.iter().map(|label| vec![Cell::text(label)]).collect())
}

struct Loaded {
    table: Option<Virtual>,
}

fn load(state: &SimState, source: &Source) -> Evaluated<Loaded> {
    let namespace = source.namespace.as_deref();
    if let Some(table) = catalog::table(&state.schema, namespace, &source.name) {
        // Objects that are only assumed to exist are not all there, so no catalog is complete.
        if !state.baseline.assumed.is_empty() {
            return Err("there are tables that no revision creates".to_owned());
        }
        return Ok(Loaded { table: Some(table) });
    }
    if catalog::is_catalog(namespace, &source.name) {
        return Err(format!("the catalog `{}` is not modelled", source.name));
    }
    let name = ObjectName::qualified(state.schema.dialect, namespace, source.name.as_str());
    if state.is_empty_table(&name) {
        return Ok(Loaded { table: None });
    }
    Err(format!("`{name}` may have rows"))
}

fn select(state: &SimState, query: &Query, outer: &[Binding<'_>]) -> Evaluated<Output> {
    let mut loaded = Vec::with_capacity(query.sources.len());
    let mut empty = false;
    for source in &query.sources {
        match load(state, source) {
            Ok(found) => {
                // An inner join with a table without rows has none, whatever the other tables hold.
                empty |= found.table.is_none() && !source.outer;
                loaded.push(found);
            }
            Err(reason) if empty => {
                let _ = reason;
                loaded.push(Loaded { table: None });
            }
            Err(reason) => {
                let later_empty = query
                    .sources
                    .iter()
                    .any(|other| !other.outer && load(state, other).is_ok_and(|found| found.table.is_none()));
                if !later_empty {
                    return Err(reason);
                }
                empty = true;
                loaded.push(Loaded { table: None });
            }
        }
    }
    let mut matching: Vec<Vec<Option<usize>>> = Vec::new();
    if !empty {
        combine(state, query, &loaded, outer, &mut Vec::new(), &mut matching)?;
    }
    project(state, query, &loaded, outer, &matching)
}

fn bindings<'a>(
    query: &'a Query,
    loaded: &'a [Loaded],
    chosen: &[Option<usize>],
    outer: &[Binding<'a>],
) -> Vec<Binding<'a>> {
    let mut found: Vec<Binding<'a>> = Vec::with_capacity(chosen.len() + outer.len());
    for ((source, table), row) in query.sources.iter().zip(loaded).zip(chosen) {
        let Some(table) = &table.table else {
            found.push(Binding { alias: &source.alias, columns: &[], row: None });
            continue;
        };
        let row = row.and_then(|row| table.rows.get(row)).map(Vec::as_slice);
        found.push(Binding { alias: &source.alias, columns: table.columns, row });
    }
    found.extend(outer.iter().map(|binding| Binding {
        alias: binding.alias,
        columns: binding.columns,
        row: binding.row,
    }));
    found
}

/// Finds the combinations of rows that satisfy the joins and the condition.
fn combine(
    state: &SimState,
    query: &Query,
    loaded: &[Loaded],
    outer: &[Binding<'_>],
    chosen: &mut Vec<Option<usize>>,
    matching: &mut Vec<Vec<Option<usize>>>,
) -> Evaluated<()> {
    if matching.len() > MAX_ROWS {
        return Err("it combines too many rows".to_owned());
    }
    let depth = chosen.len();
    let Some(source) = query.sources.get(depth) else {
        let bound = bindings(query, loaded, chosen, outer);
        if let Some(condition) = &query.condition
            && truth(state, condition, &bound)? != Some(true)
        {
            return Ok(());
        }
        matching.push(chosen.clone());
        return Ok(());
    };
    let count = loaded[depth].table.as_ref().map_or(0, |table| table.rows.len());
    let mut any = false;
    for row in 0..count {
        chosen.push(Some(row));
        let joined = match &source.on {
            Some(on) => {
                let bound = bindings(query, &loaded[..=depth], chosen, outer);
                truth(state, on, &bound)? == Some(true)
            }
            None => true,
        };
        if joined {
            any = true;
            combine(state, query, loaded, outer, chosen, matching)?;
        }
        chosen.pop();
    }
    if !any && source.outer {
        chosen.push(None);
        combine(state, query, loaded, outer, chosen, matching)?;
        chosen.pop();
    }
    Ok(())
}

fn project(
    state: &SimState,
    query: &Query,
    loaded: &[Loaded],
    outer: &[Binding<'_>],
    matching: &[Vec<Option<usize>>],
) -> Evaluated<Output> {
    let aggregates =
        query.items.iter().filter(|item| matches!(item, Item::Expr(expr, _) if is_aggregate(expr))).count();
    let mut keys = Vec::new();
    for item in &query.items {
        keys.extend(item_keys(item, query, loaded));
    }
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    if aggregates > 0 && !query.grouped {
        if aggregates != query.items.len() {
            return Err("it mixes columns and aggregates".to_owned());
        }
        let mut row = Vec::new();
        for item in &query.items {
            if let Item::Expr(expr, _) = item {
                row.push(aggregate(state, expr, query, loaded, outer, matching)?);
            }
        }
        rows.push(row);
    } else if query.grouped && !matching.is_empty() {
        return Err("GROUP BY is not modelled".to_owned());
    } else {
        for chosen in matching {
            let bound = bindings(query, loaded, chosen, outer);
            let mut row = Vec::new();
            for item in &query.items {
                match item {
                    Item::All(alias) => {
                        let wanted = bound.iter().take(query.sources.len());
                        for binding in wanted
                            .filter(|binding| alias.as_deref().is_none_or(|alias| alias == binding.alias))
                        {
                            row.extend(binding.row.map_or_else(Vec::new, <[Cell]>::to_vec));
                        }
                    }
                    Item::Expr(expr, _) => row.push(value(state, expr, &bound)?),
                }
            }
            if !(query.distinct && rows.contains(&row)) {
                rows.push(row);
            }
        }
    }
    if let Some(limit) = query.limit {
        rows.truncate(limit);
    }
    Ok(Output { keys, rows })
}

fn item_keys(item: &Item, query: &Query, loaded: &[Loaded]) -> Vec<String> {
    match item {
        Item::All(alias) => query
            .sources
            .iter()
            .zip(loaded)
            .filter(|(source, _)| alias.as_deref().is_none_or(|alias| alias == source.alias))
            .filter_map(|(_, loaded)| loaded.table.as_ref())
            .flat_map(|table| table.columns.iter().map(|column| (*column).to_owned()))
            .collect(),
        Item::Expr(_, Some(alias)) => vec![alias.clone()],
        Item::Expr(expr, None) => vec![key_of(expr)],
    }
}

fn key_of(expr: &Expr) -> String {
    match expr {
        Expr::Column(_, name) | Expr::Call(name, _) => name.clone(),
        Expr::CountAll => "count".to_owned(),
        Expr::Exists(_) => "exists".to_owned(),
        Expr::Cast(inner, _) => key_of(inner),
        _ => "?column?".to_owned(),
    }
}

fn is_aggregate(expr: &Expr) -> bool {
    match expr {
        Expr::CountAll => true,
        Expr::Call(name, _) => matches!(name.as_str(), "count" | "max" | "min" | "sum" | "avg"),
        Expr::Compare(_, left, right) => is_aggregate(left) || is_aggregate(right),
        Expr::Cast(inner, _) => is_aggregate(inner),
        _ => false,
    }
}

fn aggregate(
    state: &SimState,
    expr: &Expr,
    query: &Query,
    loaded: &[Loaded],
    outer: &[Binding<'_>],
    matching: &[Vec<Option<usize>>],
) -> Evaluated<Cell> {
    match expr {
        Expr::CountAll => Ok(Cell::Number(matching.len() as i128)),
        Expr::Call(name, arguments) if name == "count" => {
            let mut count = 0;
            for chosen in matching {
                let bound = bindings(query, loaded, chosen, outer);
                match arguments.first().map(|argument| value(state, argument, &bound)).transpose()? {
                    Some(Cell::Null) => {}
                    Some(Cell::Unknown) => return Err("what is counted is not modelled".to_owned()),
                    _ => count += 1,
                }
            }
            Ok(Cell::Number(count))
        }
        Expr::Call(name, _) if matching.is_empty() => {
            let _ = name;
            Ok(Cell::Null)
        }
        Expr::Compare(operator, left, right) => {
            let left = aggregate(state, left, query, loaded, outer, matching)?;
            let right = aggregate(state, right, query, loaded, outer, matching)?;
            Ok(compare(operator, &left, &right).map_or(Cell::Null, Cell::Bool))
        }
        Expr::Number(number) => Ok(Cell::Number(*number)),
        Expr::Cast(inner, _) => aggregate(state, inner, query, loaded, outer, matching),
        _ => Err("the aggregate is not modelled".to_owned()),
    }
}

/// Returns the truth of a condition: SQL's NULL is `None`, and what is not known is an error.
fn truth(state: &SimState, expr: &Expr, bound: &[Binding<'_>]) -> Evaluated<Option<bool>> {
    match expr {
        // One side may decide although the other is not known.
        Expr::And(left, right) => match (truth(state, left, bound), truth(state, right, bound)) {
            (Ok(Some(false)), _) | (_, Ok(Some(false))) => Ok(Some(false)),
            (left, right) => Ok(match (left?, right?) {
                (Some(true), Some(true)) => Some(true),
                _ => None,
            }),
        },
        Expr::Or(left, right) => match (truth(state, left, bound), truth(state, right, bound)) {
            (Ok(Some(true)), _) | (_, Ok(Some(true))) => Ok(Some(true)),
            (left, right) => Ok(match (left?, right?) {
                (Some(false), Some(false)) => Some(false),
                _ => None,
            }),
        },
        Expr::Not(inner) => Ok(truth(state, inner, bound)?.map(|value| !value)),
        other => match value(state, other, bound)? {
            Cell::Bool(value) => Ok(Some(value)),
            Cell::Number(value) => Ok(Some(value != 0)),
            Cell::Null => Ok(None),
            Cell::Text(_) => Err("a condition is a text".to_owned()),
            Cell::Unknown => Err("a condition is not modelled".to_owned()),
        },
    }
}

fn value(state: &SimState, expr: &Expr, bound: &[Binding<'_>]) -> Evaluated<Cell> {
    Ok(match expr {
        Expr::Null => Cell::Null,
        Expr::Bool(value) => Cell::Bool(*value),
        Expr::Number(number) => Cell::Number(*number),
        Expr::Text(text) => Cell::text(text),
        Expr::Column(table, column) => return self::column(table.as_deref(), column, bound),
        Expr::Call(name, arguments) => return function(state, name, arguments, bound),
        Expr::CountAll => return Err("an aggregate inside of an expression is not modelled".to_owned()),
        Expr::And(..) | Expr::Or(..) | Expr::Not(_) => {
            truth(state, expr, bound)?.map_or(Cell::Null, Cell::Bool)
        }
        Expr::Compare(operator, left, right) => {
            let (left, right) = (value(state, left, bound)?, value(state, right, bound)?);
            if left == Cell::Unknown || right == Cell::Unknown {
                return Ok(Cell::Unknown);
            }
            compare(operator, &left, &right).map_or(Cell::Null, Cell::Bool)
        }
        Expr::In { value: inner, items, negated } => {
            let inner = value(state, inner, bound)?;
            let mut cells = Vec::with_capacity(items.len());
            for item in items {
                cells.push(value(state, item, bound)?);
            }
            membership(&inner, &cells, *negated)
        }
        Expr::InQuery { value: inner, query, negated } => {
            let inner = value(state, inner, bound)?;
            let output = select(state, query, bound)?;
            let cells: Vec<Cell> = output.rows.into_iter().filter_map(|row| row.into_iter().next()).collect();
            membership(&inner, &cells, *negated)
        }
        Expr::IsNull { value: inner, negated } => match value(state, inner, bound)? {
            Cell::Unknown => Cell::Unknown,
            cell => Cell::Bool((cell == Cell::Null) != *negated),
        },
        Expr::Like { value: inner, pattern, negated, fold } => {
            match (value(state, inner, bound)?, value(state, pattern, bound)?) {
                (Cell::Text(text), Cell::Text(pattern)) => {
                    let fold = *fold || state.schema.dialect.is_sqlite();
                    let (text, pattern) =
                        if fold { (text.to_lowercase(), pattern.to_lowercase()) } else { (text, pattern) };
                    Cell::Bool(like(&text, &pattern) != *negated)
                }
                (Cell::Unknown, _) | (_, Cell::Unknown) => Cell::Unknown,
                _ => Cell::Null,
            }
        }
        Expr::Exists(query) => Cell::Bool(!select(state, query, bound)?.rows.is_empty()),
        Expr::Scalar(query) => {
            let output = select(state, query, bound)?;
            output.rows.into_iter().next().and_then(|row| row.into_iter().next()).unwrap_or(Cell::Null)
        }
        Expr::Cast(inner, name) => cast(state, value(state, inner, bound)?, name),
    })
}

fn column(table: Option<&str>, column: &str, bound: &[Binding<'_>]) -> Evaluated<Cell> {
    for binding in bound.iter().filter(|binding| table.is_none_or(|table| table == binding.alias)) {
        if let Some(position) = binding.columns.iter().position(|name| *name == column) {
            return Ok(binding
                .row
                .map_or(Cell::Null, |row| row.get(position).cloned().unwrap_or(Cell::Unknown)));
        }
    }
    if table.is_none() {
        match column {
            "current_schema" => return Ok(Cell::text("public")),
            "current_catalog" => return Ok(Cell::Unknown),
            _ => {}
        }
    }
    // A catalog has more columns than are modelled.
    Ok(Cell::Unknown)
}

fn function(state: &SimState, name: &str, arguments: &[Expr], bound: &[Binding<'_>]) -> Evaluated<Cell> {
    let mut cells = Vec::with_capacity(arguments.len());
    for argument in arguments {
        cells.push(value(state, argument, bound)?);
    }
    let first = cells.first().cloned().unwrap_or(Cell::Null);
    Ok(match (name, first) {
        ("current_schema", _) => {
            let namespace = state.session.search_path.iter().find(|name| *name != "$user");
            Cell::text(namespace.map_or("public", String::as_str))
        }
        ("to_regclass", Cell::Text(text)) => regclass(state, &text),
        ("to_regtype", Cell::Text(text)) => {
            let name = crate::replay::parse_name(state.schema.dialect, &text.replace('"', ""));
            if state.schema.enums.contains_key(&name) || state.schema.domains.contains_key(&name) {
                Cell::Text(text)
            } else {
                Cell::Unknown
            }
        }
        ("lower", Cell::Text(text)) => Cell::Text(text.to_lowercase()),
        ("upper", Cell::Text(text)) => Cell::Text(text.to_uppercase()),
        ("coalesce", _) => cells.into_iter().find(|cell| *cell != Cell::Null).unwrap_or(Cell::Null),
        ("pg_table_is_visible" | "pg_type_is_visible", _) => Cell::Bool(true),
        _ => return Err(format!("the function `{name}` is not modelled")),
    })
}

fn regclass(state: &SimState, text: &str) -> Cell {
    let name = crate::replay::parse_name(state.schema.dialect, &text.replace('"', ""));
    match state.schema.relation(&name) {
        Some(_) => catalog::relation_oid(&state.schema, &name),
        None if state.baseline.assumed.is_empty() => Cell::Null,
        None => Cell::Unknown,
    }
}

fn cast(state: &SimState, cell: Cell, name: &str) -> Cell {
    match (name, cell) {
        ("regclass", Cell::Text(text)) if !text.starts_with("oid:") => regclass(state, &text),
        ("regclass", cell) => cell,
        ("text" | "varchar" | "name" | "text[]" | "oid", cell) => cell,
        ("int" | "integer" | "bigint", Cell::Number(number)) => Cell::Number(number),
        ("boolean" | "bool", Cell::Bool(value)) => Cell::Bool(value),
        (_, Cell::Null) => Cell::Null,
        _ => Cell::Unknown,
    }
}

fn membership(value: &Cell, cells: &[Cell], negated: bool) -> Cell {
    if *value == Cell::Unknown {
        return Cell::Unknown;
    }
    if *value == Cell::Null {
        return Cell::Null;
    }
    if cells.contains(value) {
        return Cell::Bool(!negated);
    }
    if cells.contains(&Cell::Unknown) {
        return Cell::Unknown;
    }
    if cells.contains(&Cell::Null) { Cell::Null } else { Cell::Bool(negated) }
}

fn compare(operator: &str, left: &Cell, right: &Cell) -> Option<bool> {
    let ordering = match (left, right) {
        (Cell::Null, _) | (_, Cell::Null) => return None,
        (Cell::Number(left), Cell::Number(right)) => left.cmp(right),
        (Cell::Text(left), Cell::Text(right)) => left.cmp(right),
        (Cell::Bool(left), Cell::Bool(right)) => left.cmp(right),
        (Cell::Bool(left), Cell::Number(right)) => i128::from(*left).cmp(right),
        (Cell::Number(left), Cell::Bool(right)) => left.cmp(&i128::from(*right)),
        _ => return Some(operator == "<>"),
    };
    Some(match operator {
        "=" => ordering.is_eq(),
        "<>" => ordering.is_ne(),
        "<" => ordering.is_lt(),
        "<=" => ordering.is_le(),
        ">" => ordering.is_gt(),
        _ => ordering.is_ge(),
    })
}

/// Matches a LIKE pattern, without escapes beyond `\`.
fn like(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let pattern: Vec<char> = pattern.chars().collect();
    let (mut at, mut place) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(place) {
            Some('%') => {
                retry = Some((at, place));
                place += 1;
                continue;
            }
            Some('_') => {
                at += 1;
                place += 1;
                continue;
            }
            Some('\\') if pattern.get(place + 1) == Some(&text[at]) => {
                at += 1;
                place += 2;
                continue;
            }
            Some(letter) if *letter == text[at] && *letter != '\\' => {
                at += 1;
                place += 1;
                continue;
            }
            _ => {}
        }
        match retry {
            Some((from, star)) => {
                retry = Some((from + 1, star));
                at = from + 1;
                place = star + 1;
            }
            None => return false,
        }
    }
    pattern[place..].iter().all(|letter| *letter == '%')
}
