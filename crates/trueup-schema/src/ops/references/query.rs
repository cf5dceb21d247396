//! The clauses of a query: which sources there are, and what the query shows.

use super::{Common, MAX_DEPTH, Reader, RelationUse, Scope, Source, Star};
use crate::ObjectName;

/// Words that end a source in FROM.
const BEHIND_SOURCE: &[&str] =
    &["join", "natural", "cross", "inner", "left", "right", "full", "on", "using", "tablesample", "where"];

/// Words that begin a clause behind the select list.
const CLAUSES: &[&str] =
    &["from", "where", "group", "having", "window", "order", "limit", "offset", "fetch", "for"];

impl Reader<'_> {
    /// Reads a query and returns the names of its columns, where they can be told.
    pub(super) fn query(
        &mut self,
        from: usize,
        to: usize,
        outer: Option<&Scope<'_>>,
        common: &[Common],
    ) -> Option<Vec<String>> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.uses.doubt = true;
            self.depth -= 1;
            return None;
        }
        let mut common = common.to_vec();
        let body = self.with(from, to, outer, &mut common);
        let columns = self.compound(body, to, outer, &common);
        self.depth -= 1;
        columns
    }

    /// Reads `WITH name AS (…), …` and returns where the query itself begins.
    fn with(&mut self, from: usize, to: usize, outer: Option<&Scope<'_>>, common: &mut Vec<Common>) -> usize {
        if !self.is(from, &["with"]) {
            return from;
        }
        let mut at = from + 1;
        let recursive = self.is(at, &["recursive"]);
        at += usize::from(recursive);
        while at < to {
            let Some(name) = self.word(at).map(str::to_owned) else { break };
            at += 1;
            let mut columns = None;
            if self.symbol(at, '(') {
                columns = Some(self.names(at + 1, self.closing[at] - 1));
                at = self.closing[at];
            }
            at += usize::from(self.is(at, &["as"]));
            at += usize::from(self.is(at, &["not"]));
            at += usize::from(self.is(at, &["materialized"]));
            if !self.symbol(at, '(') {
                break;
            }
            let (start, end) = (at + 1, self.closing[at] - 1);
            self.uses.common.push(name.clone());
            let mut known = common.clone();
            if recursive {
                known.push((name.clone(), columns.clone()));
            }
            let shown = self.query(start, end, outer, &known);
            common.push((name, columns.or(shown)));
            at = end + 1;
            if !self.symbol(at, ',') {
                break;
            }
            at += 1;
        }
        // SEARCH and CYCLE behind a recursive query are rare enough not to be read.
        self.uses.doubt |= !self.is(at, &["select", "values", "table"]) && !self.symbol(at, '(');
        at
    }

    fn names(&self, from: usize, to: usize) -> Vec<String> {
        let first = |(start, _): (usize, usize)| self.word(start).map(str::to_owned);
        self.list(from, to).into_iter().filter_map(first).collect()
    }

    /// Reads `… UNION … EXCEPT … ORDER BY …`; the first part names the columns.
    fn compound(
        &mut self,
        from: usize,
        to: usize,
        outer: Option<&Scope<'_>>,
        common: &[Common],
    ) -> Option<Vec<String>> {
        let is_operator = |reader: &Self, at: usize| reader.is(at, &["union", "intersect", "except"]);
        let mut columns = None;
        let mut start = from;
        loop {
            let end = self.find(start, to, is_operator);
            let single = start == from && end == to;
            let shown = self.part(start, end, outer, common, single);
            if start == from {
                columns = shown;
            }
            if end >= to {
                return columns;
            }
            start = end + 1;
            start += usize::from(self.is(start, &["all", "distinct"]));
        }
    }

    /// Reads one part of a compound query.
    fn part(
        &mut self,
        from: usize,
        to: usize,
        outer: Option<&Scope<'_>>,
        common: &[Common],
        single: bool,
    ) -> Option<Vec<String>> {
        if self.symbol(from, '(') {
            return self.query(from + 1, self.closing[from] - 1, outer, common);
        }
        if self.is(from, &["select"]) {
            return self.select(from, to, outer, common, single);
        }
        if self.is(from, &["values"]) {
            let empty = Scope { sources: Vec::new(), outer };
            self.expression(from + 1, to, &empty, common);
            let count = self.list(from + 2, self.closing.get(from + 1).map_or(from + 2, |end| end - 1)).len();
            return Some((1..=count).map(|number| format!("column{number}")).collect());
        }
        self.uses.doubt = true;
        None
    }

    fn select(
        &mut self,
        from: usize,
        to: usize,
        outer: Option<&Scope<'_>>,
        common: &[Common],
        single: bool,
    ) -> Option<Vec<String>> {
        let mut start = from + 1;
        let mut distinct_on = None;
        if self.is(start, &["distinct"]) {
            start += 1;
            if self.is(start, &["on"]) && self.symbol(start + 1, '(') {
                distinct_on = Some((start + 2, self.closing[start + 1] - 1));
                start = self.closing[start + 1];
            }
        } else if self.is(start, &["all"]) {
            start += 1;
        }
        let is_clause = |reader: &Self, at: usize| {
            reader.is(at, CLAUSES)
                && !(at > 0
                    && reader.is(at - 1, &["distinct", "within"])
                    && reader.is(at, &["from", "group"]))
        };
        let list_end = self.find(start, to, is_clause);
        let mut clauses = Vec::new();
        let mut at = list_end;
        while at < to {
            let end = self.find(at + 1, to, is_clause);
            clauses.push((at, end));
            at = end;
        }
        let mut scope = Scope { sources: Vec::new(), outer };
        if let Some((at, end)) = clauses.iter().find(|(at, _)| self.is(*at, &["from"])) {
            self.sources(at + 1, *end, &mut scope, common);
        }
        let (columns, labels) = self.select_list(start, list_end, &scope, common);
        if let Some((start, end)) = distinct_on {
            self.sorted(start, end, &scope, common, &labels);
        }
        for (at, end) in clauses {
            if self.is(at, &["from", "for"]) {
                continue;
            }
            if self.is(at, &["order"]) {
                // Behind UNION and its kin, only the names of the columns can be meant.
                if single {
                    self.sorted(at + 2, end, &scope, common, &labels);
                }
                continue;
            }
            let by = usize::from(self.is(at, &["group"]));
            if self.is(at, &["window"]) {
                for place in at..end {
                    if self.symbol(place, '(') && self.is(place - 1, &["as"]) {
                        self.expression(place + 1, self.closing[place] - 1, &scope, common);
                    }
                }
                continue;
            }
            self.expression(at + 1 + by, end, &scope, common);
        }
        columns
    }

    /// Reads ORDER BY: a bare name is a column that the query shows, before it is one of a source.
    fn sorted(&mut self, from: usize, to: usize, scope: &Scope<'_>, common: &[Common], labels: &[String]) {
        for (start, end) in self.list(from, to) {
            let bare = start + 1 == end || self.is(start + 1, &["asc", "desc", "nulls", "using"]);
            let label = self.word(start).is_some_and(|name| labels.iter().any(|label| label == name));
            if !(bare && label) {
                self.expression(start, end, scope, common);
            }
        }
    }

    /// Reads the select list and returns the names it shows, if all can be told, and those that can.
    fn select_list(
        &mut self,
        from: usize,
        to: usize,
        scope: &Scope<'_>,
        common: &[Common],
    ) -> (Option<Vec<String>>, Vec<String>) {
        let mut labels = Vec::new();
        let mut complete = true;
        for (start, end) in self.list(from, to) {
            match self.select_item(start, end, scope, common) {
                Some(shown) => labels.extend(shown),
                None => complete = false,
            }
        }
        (complete.then(|| labels.clone()), labels)
    }

    fn select_item(
        &mut self,
        start: usize,
        end: usize,
        scope: &Scope<'_>,
        common: &[Common],
    ) -> Option<Vec<String>> {
        let dotted = (start + 1..end).step_by(2).all(|at| self.symbol(at, '.'));
        if self.symbol(end - 1, '*') && (start + 1 == end || (dotted && end - start >= 3)) {
            return self.star(start, end, scope);
        }
        let label = self.find(start, end, |reader, at| reader.is(at, &["as"]));
        if label < end {
            self.expression(start, label, scope, common);
            return self.word(label + 1).map(|name| vec![name.to_owned()]);
        }
        let label = self.expression(start, end, scope, common);
        match label {
            Some(label) => Some(vec![label]),
            None => {
                self.uses.unlabelled.push((start, end));
                // Only a column names its item after itself with certainty.
                let plain = end - start == 1 || (dotted && (end - start) % 2 == 1);
                let cast = start + 2 < end && self.symbol(start + 1, ':') && self.symbol(start + 2, ':');
                let call = self.symbol(start + 1, '(') && self.closing[start + 1] == end;
                let at = if plain { end - 1 } else { start };
                (plain || cast || call).then(|| self.word(at).map(|name| vec![name.to_owned()]))?
            }
        }
    }

    fn star(&mut self, start: usize, end: usize, scope: &Scope<'_>) -> Option<Vec<String>> {
        let qualifier = (end - start >= 3).then(|| self.word(end - 3)).flatten();
        let sources: Vec<&Source> = match qualifier {
            Some(alias) => {
                scope.sources.iter().filter(|source| self.same(&source.alias, alias)).take(1).collect()
            }
            None => scope.sources.iter().collect(),
        };
        let mut columns = Some(Vec::new());
        for source in &sources {
            let Some(known) = &source.columns else {
                columns = None;
                break;
            };
            let visible = known.iter().filter(|name| qualifier.is_some() || !source.merged.contains(name));
            if let Some(columns) = &mut columns {
                columns.extend(visible.map(|name| (source.alias.clone(), name.clone())));
            }
        }
        let any_merged = scope.sources.iter().any(|source| !source.merged.is_empty());
        if qualifier.is_none() && any_merged {
            // Columns of USING come first.
            let merged: Vec<&String> = scope.sources.iter().flat_map(|source| &source.merged).collect();
            if let Some(columns) = &mut columns {
                columns.sort_by_key(|(_, name)| !merged.contains(&name));
            }
        }
        let columns = columns.filter(|_| !sources.is_empty());
        let shown = columns.as_ref().map(|columns| columns.iter().map(|(_, name)| name.clone()).collect());
        let relations = sources.iter().filter_map(|source| source.relation).collect();
        let single = scope.sources.len() == 1;
        self.uses.stars.push(Star { first: start, last: end - 1, columns, relations, single });
        shown
    }

    /// Reads FROM: sources, commas and joins.
    fn sources(&mut self, from: usize, to: usize, scope: &mut Scope<'_>, common: &[Common]) {
        let mut at = from;
        let mut natural = false;
        while at < to {
            let before = at;
            if self.symbol(at, ',') {
                at += 1;
            } else if self.is(at, &["natural"]) {
                natural = true;
                at += 1;
            } else if self.is(at, &["join", "cross", "inner", "left", "right", "full", "outer"]) {
                at += 1;
            } else if self.is(at, &["on"]) {
                let ends = |reader: &Self, at: usize| {
                    reader.symbol(at, ',')
                        || (reader.is(at, BEHIND_SOURCE) && !reader.symbol(at + 1, '(')
                            || reader.is(at, &["on"]))
                };
                let end = self.find(at + 1, to, ends);
                self.expression(at + 1, end, scope, common);
                at = end;
            } else if self.is(at, &["using"]) && self.symbol(at + 1, '(') {
                let end = self.closing[at + 1];
                self.join_using(at + 2, end - 1, scope);
                at = if self.is(end, &["as"]) { end + 2 } else { end };
            } else {
                let right = scope.sources.len();
                at = self.source(at, to, scope, common);
                if natural {
                    self.join_naturally(right, scope);
                    natural = false;
                }
            }
            if at <= before {
                self.uses.doubt = true;
                return;
            }
        }
    }

    fn join_using(&mut self, from: usize, to: usize, scope: &mut Scope<'_>) {
        for at in from..to {
            let Some(name) = self.word(at).map(str::to_owned) else { continue };
            let sides: Vec<usize> = (0..scope.sources.len())
                .filter(|source| {
                    let columns = scope.sources[*source].columns.as_ref();
                    columns.is_some_and(|columns| columns.iter().any(|column| self.same(column, &name)))
                })
                .collect();
            let relations: Vec<Option<usize>> =
                sides.iter().map(|side| scope.sources[*side].relation).collect();
            for relation in relations.iter().flatten() {
                self.column_of(*relation, &name, None);
            }
            // A side that is no table has no number; it still keeps the name as it is.
            let numbers = relations.iter().map(|relation| relation.unwrap_or(usize::MAX)).collect();
            self.uses.joined.push((at, numbers));
            for side in sides.into_iter().skip(1) {
                scope.sources[side].merged.push(name.clone());
            }
        }
    }

    fn join_naturally(&mut self, right: usize, scope: &mut Scope<'_>) {
        let Some(joined) = scope.sources.get(right).cloned() else { return };
        for name in joined.columns.unwrap_or_default() {
            let sides: Vec<usize> = (0..=right)
                .filter(|side| scope.sources[*side].columns.as_ref().is_some_and(|all| all.contains(&name)))
                .collect();
            if sides.len() < 2 {
                continue;
            }
            let relations = sides.iter().filter_map(|side| scope.sources[*side].relation).collect();
            self.uses.natural.push((name.clone(), relations));
            scope.sources[right].merged.push(name);
        }
    }

    /// Reads one source with its alias and returns the place behind it.
    fn source(&mut self, from: usize, to: usize, scope: &mut Scope<'_>, common: &[Common]) -> usize {
        let mut at = from;
        let mut lateral = false;
        while self.is(at, &["only", "lateral"]) {
            lateral |= self.is(at, &["lateral"]);
            at += 1;
        }
        if self.symbol(at, '(') {
            let end = self.closing[at];
            if !self.holds_query(at) {
                self.sources(at + 1, end - 1, scope, common);
                return end;
            }
            let columns = if lateral {
                self.query(at + 1, end - 1, Some(&*scope), common)
            } else {
                self.query(at + 1, end - 1, scope.outer, common)
            };
            let (alias, names, end) = self.alias(end, to);
            let columns = renamed(columns, &names);
            scope.sources.push(Source {
                alias: alias.unwrap_or_default(),
                columns,
                relation: None,
                merged: Vec::new(),
            });
            return end;
        }
        let first = at;
        let Some(mut name) = self.word(at).map(str::to_owned) else { return from };
        let mut namespace = None;
        while self.symbol(at + 1, '.') {
            let Some(next) = self.word(at + 2).map(str::to_owned) else { return from };
            namespace = Some(std::mem::replace(&mut name, next));
            at += 2;
        }
        if self.symbol(at + 1, '(') {
            return self.function_source(name, at + 1, to, scope, common);
        }
        let last = at;
        at += 1 + usize::from(self.symbol(at + 1, '*'));
        let (alias, names, mut end) = self.alias(at, to);
        if self.is(end, &["tablesample"]) && self.symbol(end + 2, '(') {
            end = self.closing[end + 2];
        }
        let known = common.iter().rev().find(|(known, _)| namespace.is_none() && self.same(known, &name));
        if let Some((_, columns)) = known {
            let columns = renamed(columns.clone(), &names);
            let alias = alias.unwrap_or(name);
            scope.sources.push(Source { alias, columns, relation: None, merged: Vec::new() });
            return end;
        }
        let object = self.relation_name(namespace.as_deref(), &name);
        let own = self.columns_of(&object);
        let columns = renamed(own.clone(), &names);
        scope.sources.push(Source {
            alias: alias.clone().unwrap_or(name),
            columns: columns.clone(),
            relation: Some(self.uses.relations.len()),
            merged: Vec::new(),
        });
        self.uses.relations.push(RelationUse {
            name: object,
            first,
            last,
            behind: end,
            aliased: alias.is_some(),
            shown: columns.unwrap_or_default(),
            own: own.unwrap_or_default(),
        });
        end
    }

    /// `f(…) [WITH ORDINALITY] [AS] alias (a, b)`: arguments can name the sources before it.
    fn function_source(
        &mut self,
        name: String,
        open: usize,
        to: usize,
        scope: &mut Scope<'_>,
        common: &[Common],
    ) -> usize {
        let close = self.closing[open];
        self.expression(open + 1, close - 1, scope, common);
        let behind =
            if self.is(close, &["with"]) && self.is(close + 1, &["ordinality"]) { close + 2 } else { close };
        let anonymous = self.is(behind, &["as"]) && self.symbol(behind + 1, '(');
        let (alias, names, end) = self.alias(behind + usize::from(anonymous), to);
        let (names, end) = if anonymous {
            (self.names(behind + 2, self.closing[behind + 1] - 1), self.closing[behind + 1])
        } else {
            (names, end)
        };
        let columns = (!names.is_empty()).then_some(names);
        scope.sources.push(Source {
            alias: alias.unwrap_or(name),
            columns,
            relation: None,
            merged: Vec::new(),
        });
        end
    }

    /// Reads `[AS] alias [(a, b)]` and returns the place behind it.
    fn alias(&self, from: usize, to: usize) -> (Option<String>, Vec<String>, usize) {
        let at = from + usize::from(self.is(from, &["as"]));
        let is_name = at < to && self.word(at).is_some() && !self.is(at, BEHIND_SOURCE);
        if !is_name {
            return (None, Vec::new(), from);
        }
        let alias = self.word(at).map(str::to_owned);
        if self.symbol(at + 1, '(') {
            let end = self.closing[at + 1];
            return (alias, self.names(at + 2, end - 1), end);
        }
        (alias, Vec::new(), at + 1)
    }

    fn relation_name(&self, namespace: Option<&str>, name: &str) -> ObjectName {
        let dialect = self.schema.dialect;
        let written = ObjectName::qualified(dialect, namespace, name);
        if !dialect.is_sqlite() {
            return written;
        }
        let tables = self.schema.tables.keys().chain(self.schema.views.keys());
        let same = |known: &&ObjectName| known.name.eq_ignore_ascii_case(name);
        tables.into_iter().find(same).cloned().unwrap_or(written)
    }

    fn columns_of(&self, name: &ObjectName) -> Option<Vec<String>> {
        if let Some(table) = self.schema.table(name) {
            return Some(table.columns.iter().map(|column| column.name.clone()).collect());
        }
        let view = self.schema.views.get(name)?;
        if view.columns.is_empty() && self.depth < MAX_DEPTH {
            let mut reader = Reader::new(self.schema, view.query.text());
            reader.depth = self.depth + 1;
            let end =
                reader.tokens.iter().rposition(|token| !token.is_symbol(';')).map_or(0, |last| last + 1);
            return reader.query(0, end, None, &[]);
        }
        (!view.columns.is_empty()).then(|| view.columns.clone())
    }

    /// Writes down that a column of a relation is used under the name the query has for it.
    pub(super) fn column_of(&mut self, relation: usize, shown: &str, token: Option<usize>) {
        let sqlite = self.schema.dialect.is_sqlite();
        let same = |name: &String| if sqlite { name.eq_ignore_ascii_case(shown) } else { name == shown };
        let Some(found) = self.uses.relations.get(relation) else { return };
        let Some(position) = found.shown.iter().position(same) else { return };
        let column = found.own.get(position).cloned().unwrap_or_else(|| shown.to_owned());
        let token = token.filter(|_| found.own.get(position) == found.shown.get(position));
        self.uses.columns.push(super::ColumnUse { relation, column, token });
    }
}

/// Names of a list replace the first ones.
fn renamed(columns: Option<Vec<String>>, names: &[String]) -> Option<Vec<String>> {
    let columns = columns?;
    let rest = columns.into_iter().skip(names.len());
    Some(names.iter().cloned().chain(rest).collect())
}
