"""What real Alembic and SQLAlchemy make of a generated project: one request per line in, one answer per line out."""
import importlib
import io
import json
import os
import sys
import traceback
import warnings

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory

warnings.simplefilter("ignore")


def upgrade(folder, url):
    config = Config(os.path.join(folder, "alembic.ini"), stdout=io.StringIO())
    config.set_main_option("sqlalchemy.url", url)
    command.upgrade(config, "head")


def downgrade(folder, url):
    config = Config(os.path.join(folder, "alembic.ini"), stdout=io.StringIO())
    config.set_main_option("sqlalchemy.url", url)
    command.downgrade(config, "base")


def create_all(folder, url):
    """Creates the tables of what env.py hands to `context.configure(target_metadata=…)`."""
    found = []

    def take(revision, context):
        target = context.opts["target_metadata"]
        found.extend(target if isinstance(target, (list, tuple)) else [target])
        return []

    config = Config(os.path.join(folder, "alembic.ini"), stdout=io.StringIO())
    config.set_main_option("sqlalchemy.url", url)
    script = ScriptDirectory.from_config(config)
    with EnvironmentContext(config, script, fn=take, dont_mutate=True):
        script.run_env()
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    for metadata in found:
        metadata.create_all(engine)


def is_below(module, folder):
    places = [getattr(module, "__file__", None), *getattr(module, "__path__", [])]
    return any(place and place.startswith(folder + os.sep) for place in places)


def run(request):
    before, path = set(sys.modules), list(sys.path)
    sys.path.insert(0, request["folder"])
    os.chdir(request["folder"])
    importlib.invalidate_caches()
    try:
        {"upgrade": upgrade, "downgrade": downgrade, "create_all": create_all}[request["what"]](request["folder"], request["url"])
        return {"error": None}
    except BaseException as error:
        return {"error": f"{type(error).__name__}: {error}"[:2000], "traceback": traceback.format_exc()[-3000:]}
    finally:
        sys.path[:] = path
        # The path of a namespace package asks its parent, so none is deleted before all are looked at.
        for name in [name for name in set(sys.modules) - before if is_below(sys.modules[name], request["folder"])]:
            del sys.modules[name]


sys.dont_write_bytecode = True
answers, sys.stdout = sys.stdout, sys.stderr
for line in sys.stdin:
    answers.write(json.dumps(run(json.loads(line))) + "\n")
    answers.flush()
