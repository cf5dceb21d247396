"""Runs one revision with the project's own Alembic and env.py, on the database that the caller means.

One JSON object on standard input, one on standard output: see `python/migrate.rs`. What the project prints goes to
standard error.
"""
import json
import os
import sys


class Refused(Exception):
    """Nothing was run; the message says why."""


def identity(connection):
    """Tells which database a connection is to, in a way that does not depend on how its address is written."""
    url = connection.engine.url
    if connection.dialect.name == "sqlite":
        return ["sqlite", os.path.realpath(url.database) if url.database else ":memory:"]
    sql = "SELECT current_database(), pg_postmaster_start_time()::text"
    return [str(value) for value in connection.exec_driver_sql(sql).one()]


def run(config, script, request):
    from alembic.runtime.environment import EnvironmentContext
    from alembic.runtime.migration import MigrationStep

    ran = []

    def step(heads, context):
        if identity(context.connection) != request["identity"]:
            raise Refused(
                "env.py connects to another database than the one that is meant; name that one in env.py's own way"
            )
        if sorted(heads) != sorted(request["rows"]):
            raise Refused(f"the database records {sorted(heads)}, and this step was planned for {request['rows']}")
        revision = script.get_revision(request["revision"])
        ran.append(revision.revision)
        make = MigrationStep.upgrade_from_script if request["up"] else MigrationStep.downgrade_from_script
        return [make(script.revision_map, revision)]

    environment = EnvironmentContext(
        config, script, fn=step, as_sql=False, destination_rev=request["revision"], tag=request["tag"]
    )
    with environment:
        script.run_env()
    if not ran:
        raise Refused("env.py has run no revision")


def main():
    request = json.load(sys.stdin)
    answers, sys.stdout = sys.stdout, sys.stderr
    from argparse import Namespace

    from alembic.config import Config
    from alembic.script import ScriptDirectory

    given = Namespace(x=request["x"] or None, name=request["section"])
    config = Config(request["config"], ini_section=request["section"], cmd_opts=given)
    if request["url"]:
        config.set_main_option("sqlalchemy.url", request["url"].replace("%", "%%"))
    # Relative paths of the file may be meant from another folder than this process runs in.
    if request["script_location"]:
        config.set_main_option("script_location", request["script_location"].replace("%", "%%"))
    if request["version_locations"]:
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", "\n".join(request["version_locations"]).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    try:
        run(config, script, request)
    except Refused as refused:
        answer = {"refused": str(refused)}
    except Exception as error:
        last, place = error.__traceback__, None
        while last is not None:
            frame = last.tb_frame.f_code.co_filename
            if os.path.abspath(frame).startswith(os.path.abspath(request["root"]) + os.sep):
                place = [os.path.abspath(frame), last.tb_lineno]
            last = last.tb_next
        answer = {"failed": f"{type(error).__name__}: {error}", "place": place}
    else:
        answer = {"done": True}
    json.dump(answer, answers)


main()
