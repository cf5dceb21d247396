"""create.py ID URL [SKIPPED]: creates what the models of a project describe in the empty database URL.

It runs inside the project's environment, as `python -I create.py`, because the names of the files beside it must not
hide the packages of the same names.

Without SKIPPED this is create_all() and nothing else.
With SKIPPED, for models whose create_all() fails, whatever SQLAlchemy cannot compile or the database refuses is left
out, and each omission is a line of that file.
"""
import runpy
import sys
import tomllib
from pathlib import Path

import sqlalchemy
from sqlalchemy import PrimaryKeyConstraint, UniqueConstraint, event
from sqlalchemy.sql.ddl import SchemaGenerator

HERE = Path(__file__).resolve().parent


def main(identity, url, skipped=None):
    # Unlike an import, this leaves no compiled file beside the project's own.
    metadata = runpy.run_path(str(HERE / "projects" / f"{identity}.py"))["metadata"]
    engine = sqlalchemy.create_engine(url)
    omissions = []
    if skipped is not None:
        leave_out_foreign_keys(engine, metadata, omissions)
        leave_out_indexes(omissions)
    create(engine, metadata, extensions(identity), omissions if skipped is not None else None)
    words = f"{identity} {engine.dialect.name} {len(metadata.tables)} tables SQLAlchemy {sqlalchemy.__version__}"
    if skipped is not None:
        Path(skipped).write_text("".join(f"{line}\n" for line in omissions), encoding="utf-8")
        words += f" {len(omissions)} skipped"
    print(words, flush=True)


def extensions(identity):
    known = tomllib.loads((HERE / "projects.toml").read_text(encoding="utf-8"))
    return known["projects"][identity].get("extensions", [])


def create(engine, metadata, names, omissions):
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            for name in names:
                connection.execute(sqlalchemy.text(f'CREATE EXTENSION IF NOT EXISTS "{name}"'))
        if omissions is not None:
            leave_out_statements(engine, omissions)
        metadata.create_all(connection)
    engine.dispose()


def leave_out_foreign_keys(engine, metadata, omissions):
    """Removes what PostgreSQL would refuse together with the whole table: references to columns that are no key."""
    if engine.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        for key in sorted(table.foreign_key_constraints, key=lambda key: key.column_keys):
            target = key.elements[0].column.table
            columns = {element.column.name for element in key.elements}
            if columns in constrained(target):
                continue
            indexes = [index for index in target.indexes if index.unique and columns == names(index)]
            if indexes:
                # The index is made after its table, so the reference must wait for it.
                key.use_alter = True
            if any(index.dialect_options["postgresql"]["where"] is None for index in indexes):
                continue
            table.constraints.discard(key)
            omissions.append(
                f"foreign key removed: {table.name}({', '.join(key.column_keys)}) -> "
                f"{target.name}({', '.join(sorted(columns))}): target columns not unique in the models"
            )


def constrained(table):
    """The sets of columns that a constraint of the table makes unique."""
    kinds = (PrimaryKeyConstraint, UniqueConstraint)
    return [names(constraint) for constraint in table.constraints if isinstance(constraint, kinds)]


def names(item):
    return {column.name for column in item.columns}


def leave_out_indexes(omissions):
    """Goes on after an index that cannot be compiled, which otherwise ends create_all."""
    visit_index = SchemaGenerator.visit_index

    def visit(self, index, *arguments, **options):
        try:
            return visit_index(self, index, *arguments, **options)
        except sqlalchemy.exc.CompileError as error:
            reason = str(error).splitlines()[0]
            omissions.append(f"index SQLAlchemy cannot compile: {index.name} on {index.table.name}: {reason}")

    SchemaGenerator.visit_index = visit


def leave_out_statements(engine, omissions):
    """Puts a savepoint around each statement, because PostgreSQL refuses all that follow an error."""

    @event.listens_for(engine, "do_execute")
    def execute(cursor, statement, parameters, context):
        if not context or not context.isddl:
            return False
        cursor.execute("SAVEPOINT one_statement")
        try:
            engine.dialect.do_execute(cursor, statement, parameters, context)
        except engine.dialect.dbapi.Error as error:
            cursor.execute("ROLLBACK TO SAVEPOINT one_statement")
            reason = str(error).strip().splitlines()[0]
            omissions.append(f"statement refused: {' '.join(statement.split())}: {reason}")
        cursor.execute("RELEASE SAVEPOINT one_statement")
        return True


if __name__ == "__main__":
    main(*sys.argv[1:])
