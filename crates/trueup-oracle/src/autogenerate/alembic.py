"""What real Alembic makes of generated revisions: one step per line in, what is left to compare out."""
import importlib.util
import io
import json
import os
import sys
import traceback
import warnings

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

warnings.simplefilter("ignore")


def metadata(path):
    """Models of a file, under a name of their own each time."""
    spec = importlib.util.spec_from_file_location("models", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["models"] = module
    spec.loader.exec_module(module)
    return module.metadata


def differences(connection, models):
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return [repr(difference)[:300] for difference in compare_metadata(context, models)]


def left(engine):
    """What is there beside the version table."""
    inspector = sa.inspect(engine)
    found = [name for name in inspector.get_table_names() if name != "alembic_version"]
    if engine.dialect.name == "postgresql":
        found += [enum["name"] for enum in inspector.get_enums()] + inspector.get_sequence_names()
    return found


def run(request):
    os.chdir(request["folder"])
    url = request["url"]
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    if request["do"] == "create":
        found = metadata(request["models"])
        # What Alembic finds where SQLAlchemy itself created everything, it will find elsewhere too.
        with engine.connect() as connection:
            transaction = connection.begin()
            found.create_all(connection)
            known = differences(connection, found)
            transaction.rollback()
        if engine.dialect.name == "sqlite":
            # The driver ends the transaction before it changes the schema.
            found.drop_all(engine)
        return known
    config = Config("alembic.ini", stdout=io.StringIO())
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    if request["do"] == "upgrade":
        command.upgrade(config, "head")
    else:
        command.downgrade(config, request["do"])
    if request["models"] is None:
        return left(engine)
    with engine.connect() as connection:
        return differences(connection, metadata(request["models"]))


answers, sys.stdout = sys.stdout, io.StringIO()
sys.dont_write_bytecode = True
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"found": run(request)}
    except BaseException as error:
        answer = {"error": f"{type(error).__name__}: {error or traceback.format_exc()[-300:]}"[:1500], "where": traceback.format_exc()[-600:]}
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
