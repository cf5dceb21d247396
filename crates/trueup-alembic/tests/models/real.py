"""Writes what real SQLAlchemy creates for the models of a page into its `sql` blocks.

Usage: python real.py PAGE.md…  (needs sqlalchemy, sqlmodel, flask-sqlalchemy, sqlalchemy-utils, geoalchemy2, pgvector,
fastapi-users-db-sqlalchemy, psycopg2). A section without `sql` blocks gets them; others are rewritten; one with
"(PostgreSQL)" in its title gets no block for SQLite.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

RUN = r'''
import importlib, sys, pathlib
sys.path.insert(0, sys.argv[1])
modules = []
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.py")):
    name = str(path.relative_to(sys.argv[1]))[:-3].replace("/", ".")
    if name.endswith("__init__"):
        name = name[:-9]
    if name:
        modules.append(importlib.import_module(name))
import sqlalchemy as sa
from sqlalchemy.orm import configure_mappers
url = {"postgresql": "postgresql+psycopg2://", "sqlite": "sqlite://"}[sys.argv[2]]
found = []
for value in [value for module in modules for value in vars(module).values()]:
    value = value if isinstance(value, sa.MetaData) else getattr(value, "metadata", None)
    if isinstance(value, sa.MetaData) and value.tables and value not in found:
        found.append(value)
lines = []
def run(sql, *args, **kw):
    text = str(sql.compile(dialect=engine.dialect)).strip() if not isinstance(sql, str) else sql
    lines.append("\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + ";")
engine = sa.create_mock_engine(url, run)
for metadata in found:
    schemas = {table.schema for table in metadata.tables.values()}
    schemas |= {getattr(column.type, "schema", None) for table in metadata.tables.values() for column in table.columns}
    for schema in sorted(filter(None, schemas)):
        if sys.argv[2] == "postgresql":
            lines.append(f"CREATE SCHEMA IF NOT EXISTS {schema};")
    metadata.create_all(engine, checkfirst=False)
print("\n".join(lines))
'''


def ddl(files, dialect):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        result = subprocess.run([sys.executable, "-W", "ignore", "-c", RUN, folder, dialect], capture_output=True, text=True)
        if result.returncode:
            print(result.stderr.strip().splitlines()[-1], file=sys.stderr)
            return None
        return result.stdout


def main():
    for page in sys.argv[1:]:
        text = pathlib.Path(page).read_text()
        sections = re.split(r"(?m)^(?=## )", text)
        for at, section in enumerate(sections):
            files = {(label.strip() or "models.py"): body for label, body in re.findall(r"(?ms)^```py([^\n]*)\n(.*?)^```$", section)}
            if not files:
                continue
            section = re.sub(r"(?ms)^```sql [^\n]*\n.*?^```\n\n?", "", section).rstrip() + "\n"
            only_postgresql = "(PostgreSQL)" in section.splitlines()[0]
            for dialect in ("postgresql",) if only_postgresql else ("postgresql", "sqlite"):
                print(page, section.splitlines()[0], dialect, file=sys.stderr)
                sql = ddl(files, dialect)
                if sql is not None:
                    section += f"\n```sql {dialect}\n{sql}```\n"
            sections[at] = section + "\n"
        pathlib.Path(page).write_text("".join(sections).rstrip() + "\n")


main()
