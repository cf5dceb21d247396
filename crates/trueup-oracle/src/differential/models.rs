//! Models of generated projects, in the styles that people declare tables in.

use super::state::{Column, Family, Flavor, State, Table, list, quoted};
use super::tables::{column_text, condition, new_table, plain_columns, python, unique_text};
use crate::random::Random;

/// The style of a whole file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Tables,
    Columns,
    Mapped,
}

/// Returns `models.py`: its `metadata` is what is created.
pub(super) fn models(flavor: Flavor, random: &mut Random) -> String {
    let mut state = State::new(flavor);
    let style = *random.pick(&[
        Style::Tables,
        Style::Columns,
        Style::Columns,
        Style::Mapped,
        Style::Mapped,
        Style::Mapped,
    ]);
    let mut out = String::from(
        "import enum\nimport uuid\nfrom datetime import date, datetime, time, timedelta\nfrom decimal import Decimal\n\
         from typing import Annotated, Any, List, Optional\n\nimport sqlalchemy as sa\n\
         from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table, UniqueConstraint\n\
         from sqlalchemy.dialects import postgresql\n\
         from sqlalchemy.orm import DeclarativeBase, Mapped, declarative_base, declared_attr, mapped_column, relationship\n\n",
    );
    let convention = if random.one_in(3) {
        "naming_convention={\"ix\": \"ix_%(column_0_label)s\", \"uq\": \"uq_%(table_name)s_%(column_0_name)s\", \
         \"ck\": \"ck_%(table_name)s_%(constraint_name)s\", \"fk\": \"fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s\", \
         \"pk\": \"pk_%(table_name)s\"}"
    } else if random.one_in(4) {
        "naming_convention={\"fk\": \"fk_%(table_name)s_%(column_0_N_name)s\"}"
    } else {
        ""
    };
    out += &format!("metadata = MetaData({convention})\n\n\n");
    for number in 0..random.below(3) {
        out += &enumeration(random, number);
    }
    match style {
        Style::Tables => {}
        Style::Columns => out += "Base = declarative_base(metadata=metadata)\n\n\n",
        Style::Mapped => {
            out += "class Base(DeclarativeBase):\n    metadata = metadata\n";
            if random.one_in(3) {
                out += "    type_annotation_map = {str: sa.String(60), dict[str, Any]: sa.JSON()}\n";
            }
            out += "\n\nbig = Annotated[int, mapped_column(sa.BigInteger())]\nshort = Annotated[str, mapped_column(sa.String(15), index=True)]\n\n\n";
        }
    }
    out += MIXINS;
    let enums = out.matches("(enum.Enum)").count() + out.matches("(str, enum.Enum)").count();
    for number in 0..=random.below(5) {
        match style {
            Style::Tables => table(&mut state, random, &mut out),
            Style::Columns => class(&mut state, random, number, &mut out, false, enums),
            Style::Mapped => class(&mut state, random, number, &mut out, true, enums),
        }
    }
    out
}

const MIXINS: &str = "\
class Stamped:
    made_at = Column(sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)
    changed_at = Column(sa.DateTime(), nullable=True)


class Owned:
    @declared_attr
    def owner_code(cls):
        return Column(String(len(cls.__name__) + 10), nullable=True, index=True)

    @declared_attr.directive
    def __table_args__(cls):
        return ({\"comment\": f\"rows of {cls.__name__}\"},)


def amount(*args, **kwargs):
    kwargs.setdefault(\"nullable\", False)
    return Column(sa.Numeric(12, 4), *args, **kwargs)


";

fn enumeration(random: &mut Random, number: usize) -> String {
    let base = *random.pick(&["enum.Enum", "str, enum.Enum"]);
    format!(
        "class Kind{number}({base}):\n    first = \"FIRST_{number}\"\n    second = \"second {number}\"\n\n\n"
    )
}

/// `name = Table("name", metadata, …)`
fn table(state: &mut State, random: &mut Random, out: &mut String) {
    let new = new_table(state, random);
    let mut arguments = new.arguments;
    if random.one_in(3)
        && let Some(columns) = plain_columns(random, &new.table, 2)
    {
        let name = state.name(random, "ix");
        let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
        arguments.push(format!(
            "Index({}, {}, unique={})",
            quoted(&name),
            columns.join(", "),
            python(random.one_in(2))
        ));
    }
    *out += &format!("Table(\n    {},\n    metadata,\n", quoted(&new.table.name));
    for argument in arguments {
        *out += &format!("    {argument},\n");
    }
    *out += ")\n\n";
    state.tables.push(new.table);
}

/// A declarative class.
fn class(
    state: &mut State,
    random: &mut Random,
    number: usize,
    out: &mut String,
    annotated: bool,
    enums: usize,
) {
    let mut table = Table { name: state.name(random, "t"), ..Table::default() };
    let mixins: Vec<&str> = ["Stamped", "Owned"].into_iter().filter(|_| random.one_in(4)).collect();
    let bases = mixins.iter().copied().chain(["Base"]).collect::<Vec<_>>().join(", ");
    *out += &format!("class Model{number}({bases}):\n    __tablename__ = {}\n", quoted(&table.name));
    let mut body: Vec<String> = Vec::new();
    let key = match (annotated, random.below(4)) {
        (true, 0) => "id: Mapped[int] = mapped_column(primary_key=True)",
        (true, 1) => "id: Mapped[int] = mapped_column(sa.Identity(), primary_key=True)",
        (true, _) => "id = mapped_column(Integer, primary_key=True)",
        (false, 0) => "id = Column(\"id\", Integer, primary_key=True, autoincrement=False)",
        (false, _) => "id = Column(Integer, primary_key=True)",
    };
    body.push(key.to_owned());
    for at in 0..random.below(6) {
        let line = if annotated && random.one_in(2) {
            annotated_column(random, at, enums)
        } else {
            plain_column(state, random, &mut table, at, annotated, enums)
        };
        body.push(line);
    }
    let target = (!state.tables.is_empty()).then(|| random.pick(&state.tables).name.clone());
    if let Some(target) = target
        && random.one_in(2)
    {
        body.push(foreign_key(random, &target, annotated));
    }
    if !mixins.contains(&"Owned") && random.one_in(2) {
        body.extend(table_args(state, random, &table));
    }
    for line in body {
        *out += &format!("    {line}\n");
    }
    *out += "\n\n";
    table.columns.push(Column {
        name: "id".to_owned(),
        type_text: "Integer".to_owned(),
        family: Family::Integer,
        nullable: false,
        default: None,
        is_key: true,
    });
    state.tables.push(table);
}

/// `name: Mapped[…]`, with and without `mapped_column`.
fn annotated_column(random: &mut Random, at: usize, enums: usize) -> String {
    let types = [
        "int",
        "str",
        "bool",
        "float",
        "datetime",
        "date",
        "time",
        "timedelta",
        "Decimal",
        "uuid.UUID",
        "bytes",
        "big",
        "short",
        "Optional[str]",
        "Optional[int]",
        "str | None",
        "Optional[datetime]",
        "\"Optional[Decimal]\"",
        "\"int\"",
        "Optional[big]",
    ];
    let mut annotation = (*random.pick(&types)).to_owned();
    if enums > 0 && random.one_in(5) {
        annotation = format!("Kind{}", random.below(enums));
        if random.one_in(2) {
            annotation = format!("Optional[{annotation}]");
        }
    }
    let value = match random.below(8) {
        0 => " = mapped_column(nullable=False)",
        1 => " = mapped_column(nullable=True)",
        2 if !annotation.contains("short") => " = mapped_column(index=True)",
        3 if annotation.contains("str") => " = mapped_column(sa.Text(), server_default=\"none\")",
        4 if annotation.contains("int") => " = mapped_column(\"renamed_{at}\", sa.SmallInteger())",
        5 => " = mapped_column(comment=\"said\")",
        _ => "",
    };
    format!("m{at}: Mapped[{annotation}]{}", value.replace("{at}", &at.to_string()))
}

fn plain_column(
    state: &mut State,
    random: &mut Random,
    table: &mut Table,
    at: usize,
    annotated: bool,
    enums: usize,
) -> String {
    let call = if annotated { "mapped_column" } else { "Column" };
    if enums > 0 && random.one_in(4) {
        let kind = random.below(enums);
        let options = *random.pick(&[
            "",
            ", native_enum=False",
            ", name=\"renamed_kind\"",
            ", values_callable=lambda kinds: [kind.value for kind in kinds]",
            ", native_enum=False, create_constraint=True",
        ]);
        let options = options.replace("renamed_kind", &format!("kind_{}", state.number()));
        let options = if options.contains("create_constraint") {
            format!("{options}, name=\"allowed_{}\"", state.number())
        } else {
            options
        };
        return format!(
            "e{at} = {call}(sa.Enum(Kind{kind}{options}), nullable={})",
            python(random.one_in(2))
        );
    }
    if !annotated && random.one_in(8) {
        return format!("money_{at} = amount(server_default=\"0\")");
    }
    let column = state.column(random, false);
    let attribute = format!("p{at}");
    let named = random.one_in(3);
    let mut text = column_text(&column, &[]);
    text = text.replacen("sa.Column", call, 1);
    let name = if named { column.name.clone() } else { attribute.clone() };
    if !named {
        text = text.replacen(&format!("{}, ", quoted(&column.name)), "", 1);
    }
    if column.family != Family::Other && random.one_in(6) {
        let flags = ["index=True, nullable=", "unique=True, nullable=", "index=True, unique=True, nullable="];
        let flags = *random.pick(&flags);
        text = text.replace("nullable=", flags);
    }
    table.columns.push(Column { name, ..column });
    format!("{attribute} = {text}")
}

fn foreign_key(random: &mut Random, target: &str, annotated: bool) -> String {
    let target = quoted(&format!("{target}.id"));
    match (annotated, random.below(3)) {
        (true, 0) => format!("parent_id: Mapped[int] = mapped_column(ForeignKey({target}))"),
        (true, 1) => format!(
            "parent_id: Mapped[Optional[int]] = mapped_column(ForeignKey({target}, ondelete=\"SET NULL\"), index=True)"
        ),
        (true, _) => format!("parent_id = mapped_column(ForeignKey({target}), nullable=True)"),
        (false, 0) => {
            format!("parent_id = Column(Integer, ForeignKey({target}, ondelete=\"CASCADE\"), index=True)")
        }
        (false, _) => format!("parent_id = Column(ForeignKey({target}), nullable=False)"),
    }
}

fn table_args(state: &mut State, random: &mut Random, table: &Table) -> Option<String> {
    let columns = plain_columns(random, table, 2)?;
    let mut items = Vec::new();
    for _ in 0..=random.below(2) {
        let name = state.name(random, "x");
        let column = columns[0].as_str();
        items.push(match random.below(4) {
            0 => unique_text(&name, &columns),
            1 => {
                let names: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
                format!("Index({}, {}, unique={})", quoted(&name), names.join(", "), python(random.one_in(3)))
            }
            2 if table
                .columns
                .iter()
                .any(|found| found.name == column && found.family == Family::Integer) =>
            {
                format!("sa.CheckConstraint({}, name={})", condition(random, column), quoted(&name))
            }
            _ => format!("UniqueConstraint(*{})", list(&columns)),
        });
    }
    if random.one_in(3) {
        items.push("{\"comment\": \"a table\"}".to_owned());
    }
    Some(format!("__table_args__ = ({},)", items.join(", ")))
}
