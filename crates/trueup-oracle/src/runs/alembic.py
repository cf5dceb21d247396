"""What real Alembic does to a database: one command line per line in, exit class, output and some statements per line out."""
import importlib
import io
import json
import os
import sys
import warnings

import sqlalchemy as sa
from alembic.config import CommandLine, Config
from alembic.script import ScriptDirectory

warnings.simplefilter("ignore")
sent = []


@sa.event.listens_for(sa.engine.Engine, "before_cursor_execute")
def remember(connection, cursor, statement, *_):
    if statement.split(None, 1)[0].upper() in ("ALTER", "CREATE", "DROP"):
        sent.append(statement.strip())


def limit(steps):
    """Lets runs end after some steps; all of them where there is no number."""
    for name in ("_upgrade_revs", "_downgrade_revs"):
        setattr(ScriptDirectory, name, whole[name] if steps is None else first(whole[name], steps))


def first(function, steps):
    return lambda self, *arguments: list(function(self, *arguments))[:steps]


whole = {name: getattr(ScriptDirectory, name) for name in ("_upgrade_revs", "_downgrade_revs")}


class Terminal(io.StringIO):
    encoding = "utf-8"


def run(request):
    out, script = Terminal(), io.StringIO()
    sent.clear()
    limit(request.get("steps"))
    try:
        options = CommandLine().parser.parse_args(request["words"])
    except SystemExit as error:
        return {"ok": False, "out": "", "error": f"SystemExit: {error}", "sent": []}
    config = Config(file_=os.path.join(request["folder"], "alembic.ini"), stdout=out, output_buffer=script, cmd_opts=options)
    config.set_main_option("sqlalchemy.url", request["url"].replace("%", "%%"))
    before, sys.stdout = sys.stdout, out
    function, positional, keywords = options.cmd
    error = None
    try:
        function(config, *[getattr(options, name, None) for name in positional], **{name: getattr(options, name, None) for name in keywords})
    except BaseException as problem:
        error = f"{type(problem).__name__}: {problem}"[:2000]
    finally:
        sys.stdout = before
    return {"ok": error is None, "out": out.getvalue() + script.getvalue(), "error": error, "sent": list(sent)}


def is_below(module, folder):
    places = [getattr(module, "__file__", None), *getattr(module, "__path__", [])]
    return any(place and place.startswith(folder + os.sep) for place in places)


def isolated(request):
    """Leaves nothing of a project behind for the next."""
    known, path = set(sys.modules), list(sys.path)
    os.chdir(request["folder"])
    importlib.invalidate_caches()
    try:
        return run(request)
    finally:
        sys.path[:] = path
        for name in [name for name in set(sys.modules) - known if is_below(sys.modules[name], request["folder"])]:
            del sys.modules[name]


answers, sys.stdout, sys.stderr = sys.stdout, io.StringIO(), io.StringIO()
sys.dont_write_bytecode = True
for line in sys.stdin:
    answers.write(json.dumps(isolated(json.loads(line))) + "\n")
    answers.flush()
