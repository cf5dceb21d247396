//! Whether two expressions or definitions mean the same, with what is known beside their text.
//!
//! Equal normal forms are the same. Where they differ, the types of a table's columns may explain it (`flag = 't'` is
//! stored as `flag = true`), or the server's way of printing queries (every column qualified, literals cast). What a
//! join, a union or a subselect comes back as cannot be foretold from the text, so the answer there is "cannot tell".

use super::definition::is_name;
use super::lexer::{self, Kind, Token};
use super::{normal, parser, query, tree};
use crate::{ColumnType, Dialect, SqlExpr, Table};

/// How two expressions or definitions compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// They mean the same.
    Same,
    /// They differ.
    Different,
    /// Their texts differ, but the server may print the one as the other.
    CannotTell,
}

impl SqlExpr {
    /// Compares with what a server tells; the columns of the table that both are about give their types.
    pub fn likeness(&self, other: &Self, table: Option<&Table>) -> Likeness {
        if self == other {
            return Likeness::Same;
        }
        if self.dialect.is_sqlite() {
            // It keeps the text.
            return Likeness::Different;
        }
        if let Some(table) = table
            && let (Some(left), Some(right)) = (self.typed(table), other.typed(table))
            && left == right
        {
            return Likeness::Same;
        }
        let rewritten = self.is_rewritten() || other.is_rewritten();
        let casts = |expr: &Self| expr.canonical.matches("::").count();
        let comparable = rewritten || (self.statement && casts(self) == casts(other));
        if comparable && same_words(&self.words(), &other.words()) {
            Likeness::Same
        } else if rewritten {
            Likeness::CannotTell
        } else {
            Likeness::Different
        }
    }

    /// Returns the normal form with literals as the types of a table's columns make them; `None` if there is none.
    fn typed(&self, table: &Table) -> Option<String> {
        let typed = |text: &str| {
            let tokens = lexer::tokens(self.dialect, text);
            let mut expr = parser::parse(self.dialect, text, &tokens)?;
            let column_type = |name: &str| table.column(name).map(|column| &column.column_type);
            give_types(self.dialect, &mut expr, &column_type);
            Some(expr.to_string())
        };
        if !self.statement {
            return typed(&self.canonical);
        }
        // Of the statements, triggers have a condition on the columns of their table.
        let (head, rest) =
            self.canonical.split_once(" when ").filter(|(head, _)| head.contains(" trigger "))?;
        let (condition, call) = rest.rsplit_once(" execute function ")?;
        Some(format!("{head} when {} execute function {call}", typed(condition)?))
    }

    /// Tells whether the server prints it in words that its text does not foretell.
    fn is_rewritten(&self) -> bool {
        let tokens = lexer::tokens(self.dialect, &self.canonical);
        let has = |word: &str| tokens.iter().any(|token| token.is_word(word));
        let Some(first) = tokens.first() else { return false };
        if !self.statement {
            return has("select");
        }
        if first.is_word("create") || (first.is_symbol("(") && has("language")) {
            // The body of a function in SQL, as opposed to one in a string.
            return has("atomic") || has("return");
        }
        let star = |two: &[Token<'_>]| two[1].is_symbol("*") && !two[0].is_symbol("(");
        query::canonical(self.dialect, &self.canonical, &tokens).is_none()
            || tokens.iter().filter(|token| token.is_word("select")).count() > 1
            || ["over", "filter", "within"].iter().any(|word| has(word))
            || tokens.windows(2).any(|two| two[0].is_word("by") && two[1].kind == Kind::Number)
            || tokens.windows(2).take(1).any(star)
            || tokens.windows(2).any(|two| two[0].is_symbol(",") && two[1].is_symbol("*"))
    }

    /// Returns the words without what the server adds: parentheses, casts, and qualifiers apart.
    fn words(&self) -> Vec<Word> {
        const NOISE: [&str; 4] = ["as", "outer", "inner", "asc"];
        let tokens = lexer::tokens(self.dialect, &self.canonical);
        let mut words: Vec<Word> = Vec::with_capacity(tokens.len());
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            if token.is_symbol("::") {
                at = behind_type(&tokens, at);
            } else if token.is_symbol(".") && tokens.get(at).is_some_and(is_name) {
                if let Some(last) = words.last_mut() {
                    let qualifier = std::mem::take(&mut last.text);
                    last.qualifier = Some(qualifier);
                    tokens[at].text.as_ref().clone_into(&mut last.text);
                    at += 1;
                }
            } else if !token.is_symbol("(")
                && !token.is_symbol(")")
                && !NOISE.iter().any(|word| token.is_word(word))
            {
                let text = if token.kind == Kind::String {
                    tree::quoted_string(&token.text)
                } else {
                    token.text.as_ref().to_owned()
                };
                words.push(Word { qualifier: None, text });
            }
        }
        words
    }
}

struct Word {
    qualifier: Option<String>,
    text: String,
}

/// Tells whether words are the same, a qualifier that only one side has aside.
fn same_words(left: &[Word], right: &[Word]) -> bool {
    let same_text = |left: &str, right: &str| {
        // A truth value that was given as a string.
        let value = |text: &str| super::literal::boolean(text.trim_matches('\''));
        let quoted = |text: &str| text.starts_with('\'');
        left == right
            || (quoted(left) != quoted(right) && value(left).is_some() && value(left) == value(right))
    };
    let same = |(left, right): (&Word, &Word)| {
        same_text(&left.text, &right.text)
            && match (&left.qualifier, &right.qualifier) {
                (Some(left), Some(right)) => left == right,
                _ => true,
            }
    };
    left.len() == right.len() && left.iter().zip(right).all(same)
}

/// Returns the place behind the type that begins at a place.
fn behind_type(tokens: &[Token<'_>], mut at: usize) -> usize {
    const TYPE_WORDS: [&str; 8] =
        ["precision", "varying", "with", "without", "time", "zone", "local", "year"];
    at += 1;
    loop {
        let Some(token) = tokens.get(at) else { return at };
        if token.is_symbol(".") {
            at += 2;
        } else if TYPE_WORDS.iter().any(|word| token.is_word(word))
            || token.is_symbol("[")
            || token.is_symbol("]")
        {
            at += 1;
        } else if token.is_symbol("(") && tokens.get(at + 1).is_some_and(|token| token.kind == Kind::Number) {
            at += tokens[at..].iter().position(|token| token.is_symbol(")")).unwrap_or(0) + 1;
        } else {
            return at;
        }
    }
}

/// Brings literals that stand against a column to the form that the column's type gives them.
fn give_types<'a>(
    dialect: Dialect,
    expr: &mut tree::Expr,
    column_type: &dyn Fn(&str) -> Option<&'a ColumnType>,
) {
    const OPERATORS: [&str; 10] = ["=", "<>", "<", "<=", ">", ">=", "@>", "<@", "&&", "IS DISTINCT FROM"];
    expr.children_mut(&mut |child| give_types(dialect, child, column_type));
    let of = |operand: &tree::Expr| match operand {
        tree::Expr::Column(name) => column_type(name),
        // `new.a` of a trigger.
        tree::Expr::Field(row, name) if matches!(**row, tree::Expr::Column(_)) => column_type(name),
        _ => None,
    };
    let is_fraction = |operand: &tree::Expr| {
        let bare = match operand {
            tree::Expr::Cast(inner, _) => inner,
            other => other,
        };
        of(bare).is_some_and(|found| found.is_number() && !found.is_integer())
    };
    let literal = |operand: &mut tree::Expr, found: &ColumnType| {
        if matches!(operand, tree::Expr::String(_) | tree::Expr::Number(_) | tree::Expr::Array(_)) {
            let value = match std::mem::replace(operand, tree::Expr::Null) {
                tree::Expr::Number(text) if found.is_boolean() => tree::Expr::String(text),
                value => value,
            };
            *operand = normal::default_value(dialect, value, found);
        }
    };
    match expr {
        tree::Expr::Binary(operator, left, right) if OPERATORS.contains(&operator.as_str()) => {
            if let Some(found) = of(left) {
                literal(right, found);
            } else if let Some(found) = of(right) {
                literal(left, found);
            }
        }
        // With a fraction on either side there is no integer division, whoever casts.
        tree::Expr::Binary(operator, left, right)
            if matches!(operator.as_str(), "/" | "%") && (is_fraction(left) || is_fraction(right)) =>
        {
            for side in [left, right] {
                let bare = normal::without_promotion(std::mem::replace(&mut **side, tree::Expr::Null));
                **side = bare;
            }
        }
        // Up to PostgreSQL 13 `EXTRACT` is stored as this function.
        tree::Expr::Call { name, arguments, .. } if name == "date_part" && arguments.len() == 2 => {
            "extract".clone_into(name);
        }
        tree::Expr::In { operand, list, .. } => {
            if let Some(found) = of(operand) {
                for element in list.iter_mut() {
                    literal(element, found);
                }
                list.sort_by_cached_key(ToString::to_string);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::Likeness::{self, CannotTell, Different, Same};
    use crate::{Column, ColumnType, Dialect, ObjectName, SqlExpr, Table};

    const PG: Dialect = Dialect::Postgresql;

    fn table() -> Table {
        let mut table = Table::new(ObjectName::new("t"));
        for (name, column_type) in [("flag", "boolean"), ("at", "time"), ("name", "text"), ("tags", "text[]")]
        {
            table.columns.push(Column::new(name, ColumnType::parse(PG, column_type)));
        }
        table
    }

    fn conditions(left: &str, right: &str) -> Likeness {
        SqlExpr::new(PG, left).likeness(&SqlExpr::new(PG, right), Some(&table()))
    }

    fn queries(left: &str, right: &str) -> Likeness {
        SqlExpr::definition(PG, left).likeness(&SqlExpr::definition(PG, right), None)
    }

    #[test]
    fn types_of_columns_explain_literals() {
        assert_eq!(conditions("flag = 't'", "(flag = true)"), Same);
        assert_eq!(conditions("flag IN ('t', 'f')", "flag = ANY (ARRAY[true, false])"), Same);
        assert_eq!(conditions("at > '9:00'", "(\"at\" > '09:00:00'::time without time zone)"), Same);
        assert_eq!(conditions("flag = 't'", "(flag = false)"), Different);
        assert_eq!(conditions("name = 't'", "(name = true)"), Different);
        assert_eq!(conditions("unknown = 't'", "(unknown = true)"), Different);
    }

    #[test]
    fn subselects_are_printed_in_other_words() {
        let own = "EXISTS (SELECT 1 FROM s WHERE s.id = t.id)";
        assert_eq!(conditions(own, "(EXISTS ( SELECT 1 FROM s WHERE (s.id = t.id)))"), Same);
        assert_eq!(conditions(own, "(EXISTS ( SELECT 1 FROM s WHERE (s.id > t.id)))"), CannotTell);
        assert_eq!(conditions("flag AND name = 'a'", "flag AND name = 'b'"), Different);
    }

    #[test]
    fn joins_get_qualifiers_and_casts() {
        let own = "SELECT id, c FROM a JOIN b USING (id) WHERE kind = 'x'";
        let printed = "SELECT a.id, b.c FROM (a JOIN b USING (id)) WHERE ((b.kind)::text = 'x'::text)";
        assert_eq!(queries(own, printed), Same);
        assert_eq!(queries(own, "SELECT a.id, b.d FROM (a JOIN b USING (id))"), CannotTell);
        assert_eq!(
            queries("SELECT a.x FROM a JOIN b USING (id)", "SELECT b.x FROM a JOIN b USING (id)"),
            CannotTell
        );
        assert_eq!(queries("SELECT * FROM a", "SELECT a.id FROM a"), CannotTell);
        assert_eq!(queries("SELECT id FROM a", "SELECT a.c FROM a"), Different);
        assert_eq!(queries("SELECT count(*) FROM a", "SELECT sum(c) FROM a"), Different);
    }

    #[test]
    fn bodies_in_strings_are_compared_exactly() {
        let own = "() RETURNS int AS 'SELECT 1' LANGUAGE sql";
        assert_eq!(queries(own, "() RETURNS integer LANGUAGE sql AS $function$SELECT 1$function$"), Same);
        assert_eq!(queries(own, "() RETURNS integer LANGUAGE sql AS $$SELECT 2$$"), Different);
        let atomic = "() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT id FROM a; END";
        assert_eq!(
            queries(atomic, "() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT a.c FROM a; END"),
            CannotTell
        );
    }

    #[test]
    fn sqlite_keeps_the_text() {
        let query = |text: &str| SqlExpr::definition(Dialect::Sqlite, text);
        assert_eq!(query("SELECT * FROM a").likeness(&query("SELECT a.id FROM a"), None), Different);
    }
}
