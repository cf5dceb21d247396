"""A package of the corpus: how it is driven, and one command line of real Alembic with its own env.py.

`describe CORPUS ID DIALECT URL FILE FOLDER CACHE` prints what corpus/downgrades/run.py knows of it, as JSON.
Inside of the package's environment, `command REQUEST` runs a command line and prints what came of it, as JSON.
"""
import io
import json
import os
import sys
import warnings
from pathlib import Path


def describe(corpus, identity, dialect, url, file, folder, cache):
    sys.path[:0] = [os.path.join(corpus, "downgrades"), os.path.join(corpus, "models")]
    sys.dont_write_bytecode = True
    import build
    import run

    known, models, file = run.KNOWN[identity], build.KNOWN["projects"][identity], Path(file)
    values = {"folder": folder, "file": file, "address": build.address(url), "url": run.address(dialect, known, url, file)}
    values |= run.parts(url)
    wanted = run.variables(identity, known, values)
    changed = {name: value for name, value in wanted.items() if os.environ.get(name) != value}
    python = Path(cache) / "venv" / f"models-{models.get('environment', identity)}" / "bin" / "python"
    request = dict(known, config=run.config(identity), url=values["url"], migrate=os.path.join(corpus, "downgrades"))
    return {"python": str(python), "variables": changed, "request": request}


def command(request):
    sys.path.insert(0, request["migrate"])
    import migrate
    import sqlalchemy as sa
    from alembic.config import CommandLine
    from alembic.script import ScriptDirectory

    if "call" in request:
        migrate.found(request["call"])()
    if request["words"] == ["give"]:
        migrate.give(request)
        return {"ok": True, "out": "", "error": None, "sent": []}
    sent, out, script = [], io.StringIO(), io.StringIO()

    @sa.event.listens_for(sa.engine.Engine, "before_cursor_execute")
    def remember(connection, cursor, statement, *_):
        if statement.split(None, 1)[0].upper() in ("ALTER", "CREATE", "DROP"):
            sent.append(statement.strip())

    for name in ("_upgrade_revs", "_downgrade_revs"):
        setattr(ScriptDirectory, name, limited(getattr(ScriptDirectory, name), request.get("steps")))
    options = CommandLine().parser.parse_args(request["words"])
    config = migrate.configuration(request)
    config.stdout, config.output_buffer, config.cmd_opts = out, script, options
    function, positional, keywords = options.cmd
    given = [getattr(options, name, None) for name in positional]
    named = {name: getattr(options, name, None) for name in keywords}
    error = None
    try:
        with migrate.connected(request, config):
            function(config, *given, **named)
    except BaseException as problem:
        error = f"{type(problem).__name__}: {problem}"[:2000]
    return {"ok": error is None, "out": out.getvalue() + script.getvalue(), "error": error, "sent": sent}


def limited(function, steps):
    """A run that ends after some steps, or at its end."""
    return lambda self, *arguments: list(function(self, *arguments))[:steps]


def commanded(request):
    if not request.get("worker_thread"):
        return command(request)
    sys.path.insert(0, request["migrate"])
    import migrate

    answers = []
    migrate.in_a_worker_thread(lambda: answers.append(command(request)))
    return answers[0]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    # Packages log to the standard output.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    kind, *rest = sys.argv[1:]
    answer = describe(*rest) if kind == "describe" else commanded(json.loads(rest[0]))
    answers.write(json.dumps(answer, default=str) + "\n")
    answers.flush()
    os._exit(0)
