"""Runs revisions with real Alembic, offline, and tells the SQL they would send. Nothing is connected to.

One JSON object on standard input, one on standard output: see `python.rs`.
"""
import io
import json
import sys


def statements_of(config, script, request, identifier):
    from alembic.operations import Operations
    from alembic.runtime.environment import EnvironmentContext
    from sqlalchemy import MetaData

    sent = []
    environment = EnvironmentContext(config, script, as_sql=True, destination_rev=identifier)
    with environment:
        environment.configure(
            dialect_name=request["dialect"],
            output_buffer=io.StringIO(),
            literal_binds=True,
            target_metadata=MetaData(naming_convention=request["naming_convention"] or None),
        )
        context = environment.get_context()
        context.impl.static_output = lambda text: sent.append(text.strip().rstrip(";"))
        with Operations.context(context):
            script.get_revision(identifier).module.upgrade()
    return [text for text in sent if text]


def recorded(config, script, request):
    told = {}
    for identifier in request["revisions"]:
        try:
            told[identifier] = {"statements": statements_of(config, script, request, identifier)}
        except BaseException as error:
            told[identifier] = {"error": f"{type(error).__name__}: {error}"}
    return told


class Captured(BaseException):
    """env.py has said what its metadata is; the rest of it must not run."""


def target_metadata(config, script):
    from alembic.runtime.environment import EnvironmentContext

    environment = EnvironmentContext(config, script, as_sql=True, destination_rev="head")
    found = []

    def configure(*args, **kw):
        found.append(kw.get("target_metadata"))
        raise Captured

    environment.configure = configure
    with environment:
        try:
            script.run_env()
        except Captured:
            pass
    metadata = found[0] if found else None
    return list(metadata) if isinstance(metadata, (list, tuple)) else [metadata] if metadata is not None else []


def declared(config, script, request):
    from sqlalchemy import create_mock_engine

    sent = []
    engine = create_mock_engine(request["dialect"] + "://", lambda sql, *args, **kw: sent.append(str(sql.compile(dialect=engine.dialect)).strip()))
    metadata = target_metadata(config, script)
    if not metadata:
        return {"error": "env.py configures no target_metadata"}
    for one in metadata:
        one.create_all(engine, checkfirst=False)
    return {"statements": sent}


def main():
    request = json.load(sys.stdin)
    answers, sys.stdout = sys.stdout, sys.stderr
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(request["config"], ini_section=request["section"])
    # Relative paths of the file may be meant from another folder than this process runs in.
    if request["script_location"]:
        config.set_main_option("script_location", request["script_location"].replace("%", "%%"))
    if request["version_locations"]:
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", "\n".join(request["version_locations"]).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    answer = {"revisions": recorded(config, script, request)}
    if request["models"]:
        try:
            answer["models"] = declared(config, script, request)
        except BaseException as error:
            answer["models"] = {"error": f"{type(error).__name__}: {error}"}
    json.dump(answer, answers)


main()
