//! Reads a query into a small tree; what it does not know it refuses.

use super::text::Token;

/// A query: `SELECT items FROM sources WHERE condition`.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) items: Vec<Item>,
    pub(super) distinct: bool,
    pub(super) sources: Vec<Source>,
    pub(super) condition: Option<Expr>,
    pub(super) grouped: bool,
    pub(super) limit: Option<usize>,
}

/// An element of the select list.
#[derive(Debug)]
pub(super) enum Item {
    /// `*` or `t.*`
    All(Option<String>),
    /// An expression with its alias.
    Expr(Expr, Option<String>),
}

/// A table or subquery in FROM.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) namespace: Option<String>,
    pub(super) name: String,
    pub(super) alias: String,
    /// `JOIN … ON`; inner joins only, `outer` for a left join.
    pub(super) on: Option<Expr>,
    pub(super) outer: bool,
}

/// An expression.
#[derive(Debug)]
pub(super) enum Expr {
    Null,
    Bool(bool),
    Number(i128),
    Text(String),
    Column(Option<String>, String),
    Call(String, Vec<Expr>),
    /// `count(*)`
    CountAll,
    Compare(&'static str, Box<Expr>, Box<Expr>),
    In {
        value: Box<Expr>,
        items: Vec<Expr>,
        negated: bool,
    },
    InQuery {
        value: Box<Expr>,
        query: Box<Query>,
        negated: bool,
    },
    IsNull {
        value: Box<Expr>,
        negated: bool,
    },
    Like {
        value: Box<Expr>,
        pattern: Box<Expr>,
        negated: bool,
        fold: bool,
    },
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Exists(Box<Query>),
    Scalar(Box<Query>),
    /// `value::type`
    Cast(Box<Expr>, String),
}

type Parsed<T> = Result<T, String>;

/// Reads a query.
pub(super) fn query(tokens: &[Token]) -> Parsed<Query> {
    let mut parser = Parser { tokens, at: 0, depth: 0 };
    let query = parser.query()?;
    while parser.take_symbol(";") {}
    if parser.at < tokens.len() {
        return Err("it has a clause that is not modelled".to_owned());
    }
    Ok(query)
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn keyword(&self, keyword: &str) -> bool {
        self.peek().is_some_and(|token| token.is_keyword(keyword))
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.keyword(keyword);
        self.at += usize::from(found);
        found
    }

    fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is_symbol(symbol));
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: &str) -> Parsed<()> {
        if self.take_symbol(symbol) { Ok(()) } else { Err(format!("`{symbol}` was expected")) }
    }

    fn word(&mut self) -> Parsed<String> {
        match self.peek() {
            Some(Token::Word { text, .. }) => {
                let text = text.clone();
                self.at += 1;
                Ok(text)
            }
            _ => Err("a name was expected".to_owned()),
        }
    }

    fn query(&mut self) -> Parsed<Query> {
        self.depth += 1;
        if self.depth > 20 {
            return Err("it nests too deep".to_owned());
        }
        if !self.take_keyword("select") {
            return Err("it is no plain SELECT".to_owned());
        }
        let distinct = self.take_keyword("distinct");
        let mut items = vec![self.item()?];
        while self.take_symbol(",") {
            items.push(self.item()?);
        }
        let mut sources = Vec::new();
        if self.take_keyword("from") {
            self.sources(&mut sources)?;
        }
        let condition = if self.take_keyword("where") { Some(self.expr()?) } else { None };
        let mut grouped = false;
        if self.take_keyword("group") {
            grouped = true;
            self.skip_list()?;
        }
        if self.take_keyword("having") {
            return Err("HAVING is not modelled".to_owned());
        }
        if self.take_keyword("order") {
            self.skip_list()?;
        }
        let mut limit = None;
        if self.take_keyword("limit") {
            match self.peek() {
                Some(Token::Number(number)) => limit = usize::try_from(*number).ok(),
                _ => return Err("LIMIT is not a number".to_owned()),
            }
            self.at += 1;
        }
        self.depth -= 1;
        Ok(Query { items, distinct, sources, condition, grouped, limit })
    }

    /// Skips `BY a, b DESC`: the order of rows is that of creation, which is as good as any.
    fn skip_list(&mut self) -> Parsed<()> {
        if !self.take_keyword("by") {
            return Err("BY was expected".to_owned());
        }
        loop {
            self.expr()?;
            let _ = self.take_keyword("asc") || self.take_keyword("desc");
            if !self.take_symbol(",") {
                return Ok(());
            }
        }
    }

    fn item(&mut self) -> Parsed<Item> {
        if self.take_symbol("*") {
            return Ok(Item::All(None));
        }
        if let [Token::Word { text, .. }, dot, star, ..] = &self.tokens[self.at.min(self.tokens.len())..]
            && dot.is_symbol(".")
            && star.is_symbol("*")
        {
            let table = text.clone();
            self.at += 3;
            return Ok(Item::All(Some(table)));
        }
        let expr = self.expr()?;
        let alias = self.alias()?;
        Ok(Item::Expr(expr, alias))
    }

    fn alias(&mut self) -> Parsed<Option<String>> {
        if self.take_keyword("as") {
            return self.word().map(Some);
        }
        let keywords = [
            "from",
            "where",
            "group",
            "order",
            "limit",
            "join",
            "inner",
            "left",
            "on",
            "and",
            "or",
            "union",
            "having",
            "cross",
            "right",
            "full",
            "using",
            "except",
            "intersect",
            "natural",
            "for",
            "offset",
        ];
        match self.peek() {
            Some(Token::Word { text, quoted }) if *quoted || !keywords.contains(&text.as_str()) => {
                self.word().map(Some)
            }
            _ => Ok(None),
        }
    }

    fn sources(&mut self, sources: &mut Vec<Source>) -> Parsed<()> {
        sources.push(self.source()?);
        loop {
            if self.take_symbol(",") {
                sources.push(self.source()?);
                continue;
            }
            let outer = if self.take_keyword("left") {
                let _ = self.take_keyword("outer");
                true
            } else {
                let _ = self.take_keyword("inner");
                false
            };
            if !self.take_keyword("join") {
                return if outer { Err("JOIN was expected".to_owned()) } else { Ok(()) };
            }
            let mut source = self.source()?;
            source.outer = outer;
            if !self.take_keyword("on") {
                return Err("a join without ON is not modelled".to_owned());
            }
            source.on = Some(self.expr()?);
            sources.push(source);
        }
    }

    fn source(&mut self) -> Parsed<Source> {
        let _ = self.take_keyword("only");
        let first = self.word()?;
        let (namespace, name) =
            if self.take_symbol(".") { (Some(first), self.word()?) } else { (None, first) };
        if self.peek().is_some_and(|token| token.is_symbol("(")) {
            return Err(format!("the function `{name}` in FROM is not modelled"));
        }
        let alias = self.alias()?.unwrap_or_else(|| name.clone());
        Ok(Source { namespace, name, alias, on: None, outer: false })
    }

    fn expr(&mut self) -> Parsed<Expr> {
        self.depth += 1;
        if self.depth > 60 {
            return Err("it nests too deep".to_owned());
        }
        let mut left = self.and()?;
        while self.take_keyword("or") {
            left = Expr::Or(Box::new(left), Box::new(self.and()?));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn and(&mut self) -> Parsed<Expr> {
        let mut left = self.not()?;
        while self.take_keyword("and") {
            left = Expr::And(Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Parsed<Expr> {
        if self.take_keyword("not") {
            return Ok(Expr::Not(Box::new(self.not()?)));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Parsed<Expr> {
        let left = self.postfix()?;
        for (symbol, operator) in
            [("=", "="), ("<>", "<>"), ("!=", "<>"), ("<=", "<="), (">=", ">="), ("<", "<"), (">", ">")]
        {
            if self.take_symbol(symbol) {
                if operator == "=" && self.take_keyword("any") {
                    return self.any(left);
                }
                return Ok(Expr::Compare(operator, Box::new(left), Box::new(self.postfix()?)));
            }
        }
        if self.take_keyword("is") {
            let negated = self.take_keyword("not");
            if self.take_keyword("null") {
                return Ok(Expr::IsNull { value: Box::new(left), negated });
            }
            for (word, wanted) in [("true", true), ("false", false)] {
                if self.take_keyword(word) {
                    let equal = Expr::Compare("=", Box::new(left), Box::new(Expr::Bool(wanted)));
                    return Ok(if negated { Expr::Not(Box::new(equal)) } else { equal });
                }
            }
            return Err("IS with something else is not modelled".to_owned());
        }
        let negated = self.take_keyword("not");
        if self.take_keyword("in") {
            return self.in_list(left, negated);
        }
        for (word, fold) in [("like", false), ("ilike", true)] {
            if self.take_keyword(word) {
                let pattern = Box::new(self.postfix()?);
                return Ok(Expr::Like { value: Box::new(left), pattern, negated, fold });
            }
        }
        if negated { Err("NOT with something else is not modelled".to_owned()) } else { Ok(left) }
    }

    fn in_list(&mut self, value: Expr, negated: bool) -> Parsed<Expr> {
        self.expect("(")?;
        let value = Box::new(value);
        if self.keyword("select") {
            let query = Box::new(self.query()?);
            self.expect(")")?;
            return Ok(Expr::InQuery { value, query, negated });
        }
        let items = self.list(")")?;
        Ok(Expr::In { value, items, negated })
    }

    /// `= ANY (ARRAY[…])`, `= ANY ((…))`, `= ANY ('{a,b}')`.
    fn any(&mut self, value: Expr) -> Parsed<Expr> {
        self.expect("(")?;
        let value = Box::new(value);
        let items = if self.take_keyword("array") {
            self.expect("[")?;
            self.list("]")?
        } else if self.take_symbol("(") {
            self.list(")")?
        } else if let Some(Token::Text(text)) = self.peek() {
            let parts = text.trim_matches(['{', '}']).split(',');
            let items = parts.map(|part| Expr::Text(part.trim_matches('"').to_owned())).collect();
            self.at += 1;
            items
        } else {
            return Err("ANY of something else is not modelled".to_owned());
        };
        while self.take_symbol("::") {
            self.type_name()?;
        }
        self.expect(")")?;
        Ok(Expr::In { value, items, negated: false })
    }

    fn list(&mut self, end: &str) -> Parsed<Vec<Expr>> {
        let mut items = Vec::new();
        if self.take_symbol(end) {
            return Ok(items);
        }
        loop {
            items.push(self.expr()?);
            if !self.take_symbol(",") {
                break;
            }
        }
        self.expect(end)?;
        Ok(items)
    }

    fn type_name(&mut self) -> Parsed<String> {
        let mut name = self.word()?;
        while self.take_symbol(".") {
            name = self.word()?;
        }
        if self.take_symbol("[") {
            self.expect("]")?;
            name.push_str("[]");
        }
        Ok(name)
    }

    fn postfix(&mut self) -> Parsed<Expr> {
        let mut value = self.primary()?;
        while self.take_symbol("::") {
            let name = self.type_name()?;
            value = Expr::Cast(Box::new(value), name);
        }
        Ok(value)
    }

    fn primary(&mut self) -> Parsed<Expr> {
        if self.take_symbol("(") {
            if self.keyword("select") {
                let query = self.query()?;
                self.expect(")")?;
                return Ok(Expr::Scalar(Box::new(query)));
            }
            let inner = self.expr()?;
            self.expect(")")?;
            return Ok(inner);
        }
        let token = self.peek().cloned().ok_or_else(|| "it ends too early".to_owned())?;
        self.at += 1;
        match token {
            Token::Text(text) => Ok(Expr::Text(text)),
            Token::Number(number) => Ok(Expr::Number(number)),
            Token::Word { text, quoted: false } if text == "null" => Ok(Expr::Null),
            Token::Word { text, quoted: false } if text == "true" => Ok(Expr::Bool(true)),
            Token::Word { text, quoted: false } if text == "false" => Ok(Expr::Bool(false)),
            Token::Word { text, quoted: false } if text == "exists" => {
                self.expect("(")?;
                let query = self.query()?;
                self.expect(")")?;
                Ok(Expr::Exists(Box::new(query)))
            }
            Token::Word { text, .. } => self.name(text),
            Token::Symbol(symbol) => Err(format!("`{symbol}` is not modelled")),
        }
    }

    /// A column or a function call.
    fn name(&mut self, first: String) -> Parsed<Expr> {
        let mut parts = vec![first];
        while self.take_symbol(".") {
            parts.push(self.word()?);
        }
        if self.take_symbol("(") {
            let name = parts.pop().unwrap_or_default();
            if name == "count" && self.take_symbol("*") {
                self.expect(")")?;
                return Ok(Expr::CountAll);
            }
            let arguments = self.list(")")?;
            return Ok(Expr::Call(name, arguments));
        }
        let column = parts.pop().unwrap_or_default();
        Ok(Expr::Column(parts.pop(), column))
    }
}
