"""migrate.py REQUEST: runs the upgrades of a project with its own env.py, then its downgrades one by one.

It runs inside the project's environment, as `python -I migrate.py`; REQUEST is JSON that run.py writes.
With the program `upgrade` it stops at the heads, and ends with 1 where it does not come there.
Each line of the answer is JSON: `{"up": SECONDS}` when it is at the heads, `{"down": REVISION}` for each downgrade that ran, then `{"error": …}` for what stopped
either way, or `{"done": true}` at base.

`alembic downgrade base` is one transaction where env.py does not ask for one per revision, and a failure would take
everything back. Each downgrade is a run of env.py of its own here, so that it is known how far they come.
"""
import importlib
import json
import os
import re
import sqlite3
import sys
import sysconfig
import time
import traceback
import warnings
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationStep
from alembic.script import ScriptDirectory

LETTERS_OF_A_MESSAGE = 400
# Where an object lies in memory is different each time.
ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def main(request):
    if "call" in request:
        found(request["call"])()
    config = configuration(request)
    script = ScriptDirectory.from_config(config)
    up, down = Up(script), Down(script)
    start = time.perf_counter()
    if not attempt("up", up, lambda: run(request, config, script, up)):
        if request["program"] == "upgrade":
            sys.exit(1)
        return
    tell({"up": round(time.perf_counter() - start, 3)})
    if request["program"] == "upgrade":
        return
    while down.remains():
        keep(request)
        if not attempt("down", down, lambda: run(request, config, script, down)):
            return
        tell({"down": down.current})
    tell({"done": True})


class Up:
    """The way to the heads, in one go."""

    def __init__(self, script):
        self.script = script
        self.current = None

    def __call__(self, heads, context):
        for step in self.script._upgrade_revs("heads", heads):
            self.current = step.revision.revision
            yield step


class Down:
    """The way to base, one revision with each call, in the order in which Alembic would take them in one go."""

    def __init__(self, script):
        self.script = script
        self.revisions = None
        self.current = None

    def __call__(self, heads, context):
        if self.revisions is None:
            self.revisions = list(self.script.iterate_revisions(heads, "base", select_for_downgrade=True))
        if self.remains():
            revision = self.revisions.pop(0)
            self.current = revision.revision
            yield MigrationStep.downgrade_from_script(self.script.revision_map, revision)

    def remains(self):
        return self.revisions is None or bool(self.revisions)


def run(request, config, script, steps):
    """Runs env.py as Alembic's commands do."""
    with connected(request, config), EnvironmentContext(config, script, fn=steps, destination_rev="base"):
        script.run_env()


def attempt(way, steps, body):
    """Tells what stops a step, in the database's own words where it was the database."""
    try:
        body()
    except Exception as error:
        cause = getattr(error, "orig", None) or error
        # asyncpg's errors are wrapped twice.
        cause = cause.__cause__ if hasattr(cause, "pgcode") and cause.__cause__ else cause
        lines = str(cause).strip().splitlines() or [""]
        message = ADDRESS.sub("", lines[0].partition(">: ")[2] or lines[0])
        statement = " ".join((getattr(error, "statement", None) or "").split())
        told = {"way": way, "revision": steps.current, "class": type(cause).__name__}
        told |= {"message": message[:LETTERS_OF_A_MESSAGE], "statement": statement[:LETTERS_OF_A_MESSAGE]}
        tell({"error": told})
        traceback.print_exc()
        return False
    return True


def configuration(request):
    """The configuration that the application or its documentation gives to Alembic."""
    site = Path(sysconfig.get_path("purelib"))
    file = site / request["config"] if request.get("config") else None
    config = Config(str(file) if file else None)
    config.set_main_option("sqlalchemy.url", request["url"].replace("%", "%%"))
    for name, value in request.get("options", {}).items():
        config.set_main_option(name, value.format(site=site))
    location = config.get_main_option("script_location") or ""
    # Where it is relative, it is so to the folder that the application or its documentation changes to.
    for base in ([file.parent] if file else []) + [site]:
        if ":" not in location and (base / location / "env.py").is_file():
            config.set_main_option("script_location", str(base / location))
            break
    config.attributes["configure_logger"] = False
    return config


@contextmanager
def connected(request, config):
    """Hands a connection to env.py where it asks for one."""
    if not request.get("connection"):
        yield
        return
    engine = sqlalchemy.create_engine(request["url"], poolclass=sqlalchemy.pool.NullPool)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        yield


def give(request):
    """Creates the tables that the application creates before the first revision."""
    metadata = found(request["given"]).metadata
    engine = sqlalchemy.create_engine(request["url"], poolclass=sqlalchemy.pool.NullPool)
    metadata.create_all(engine)


def found(place):
    """Imports what `package.module:name` names."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)


def keep(request):
    """Copies SQLite's file: what a downgrade has done that fails half way is not taken back."""
    if "file" not in request:
        return
    # What the application has not moved from the log to the file yet is copied too, unlike with the file alone.
    with closing(sqlite3.connect(request["file"])) as source, closing(sqlite3.connect(request["kept"])) as target:
        source.backup(target)


def tell(answer):
    ANSWERS.write(json.dumps(answer) + "\n")
    ANSWERS.flush()


def in_a_worker_thread(body):
    import anyio

    async def inside():
        await anyio.to_thread.run_sync(body)

    anyio.run(inside)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    asked = json.loads(sys.argv[1])
    # Who measures an upgrade measures one of many, as users run it.
    sys.dont_write_bytecode = asked["program"] != "upgrade"
    # Packages log to the standard output.
    ANSWERS = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    program = {"give": give, "migrate": main, "upgrade": main}[asked["program"]]
    if asked.get("worker_thread"):
        in_a_worker_thread(lambda: program(asked))
    else:
        program(asked)
