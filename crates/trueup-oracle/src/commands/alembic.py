"""What real Alembic prints: one project with its command lines per line in, exit class and standard output per line out."""
import io
import json
import os
import sys
import warnings

from alembic import util
from alembic.config import CommandLine, Config
from alembic.util import langhelpers, messaging

warnings.simplefilter("ignore")


def in_order(value):
    """Sets have no order; both sides are compared in that of the alphabet."""
    if isinstance(value, (set, frozenset)):
        return ", ".join(sorted(value))
    return messaging_format(value)


messaging_format = util.format_as_comma
util.format_as_comma = messaging.format_as_comma = in_order


class Terminal(io.StringIO):
    """Alembic writes question marks for what the output's encoding lacks."""

    encoding = "utf-8"


def run(folder, words):
    out = Terminal()
    try:
        options = CommandLine().parser.parse_args(words)
    except SystemExit as error:
        return {"ok": False, "out": f"SystemExit: {error}"}
    config = Config(
        file_=os.path.join(folder, "alembic.ini"),
        toml_file=os.path.join(folder, "pyproject.toml"),
        stdout=out,
        cmd_opts=options,
    )
    # What is told while files are written goes past the configuration's output.
    before, sys.stdout = sys.stdout, out
    function, positional, keywords = options.cmd
    try:
        function(config, *[getattr(options, name, None) for name in positional], **{name: getattr(options, name, None) for name in keywords})
        return {"ok": True, "out": out.getvalue()}
    except BaseException as error:
        return {"ok": False, "out": f"{type(error).__name__}: {error}"[:500]}
    finally:
        sys.stdout = before


answers, sys.stdout, sys.stderr = sys.stdout, io.StringIO(), io.StringIO()
sys.dont_write_bytecode = True
for request in sys.stdin:
    request = json.loads(request)
    os.chdir(request["folder"])
    answers.write(json.dumps([run(request["folder"], words) for words in request["lines"]]) + "\n")
    answers.flush()
