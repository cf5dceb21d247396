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
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    models = importlib.import_module("models")
    models.metadata.create_all(engine)


def run(request):
    before = set(sys.modules)
    sys.path.insert(0, request["folder"])
    os.chdir(request["folder"])
    importlib.invalidate_caches()
    try:
        {"upgrade": upgrade, "downgrade": downgrade, "create_all": create_all}[request["what"]](request["folder"], request["url"])
        return {"error": None}
    except BaseException as error:
        return {"error": f"{type(error).__name__}: {error}"[:2000], "traceback": traceback.format_exc()[-3000:]}
    finally:
        sys.path.remove(request["folder"])
        for name in set(sys.modules) - before:
            if name.split(".")[0] in ("models", "shop", "helpers"):
                del sys.modules[name]


sys.dont_write_bytecode = True
answers, sys.stdout = sys.stdout, sys.stderr
for line in sys.stdin:
    answers.write(json.dumps(run(json.loads(line))) + "\n")
    answers.flush()
