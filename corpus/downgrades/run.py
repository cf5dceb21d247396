"""run.py ID pg|sqlite URL CACHE: upgrades an empty database to the heads and downgrades it step by step towards base.

URL is the address of an empty PostgreSQL database; it is ignored for SQLite.
The result is CACHE/downgrades/ID.DIALECT.json; see `result` for what it says.
`run.py --upgrade ID pg|sqlite URL CACHE FOLDER` runs nothing but says, as JSON, how env.py is run up to the heads.
The environments are those of corpus/models; what is known about each project's migrations is in projects.toml, and what
runs inside its environment is migrate.py.
"""
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "models"))
sys.dont_write_bytecode = True

import build  # noqa: E402  It lies beside the models.

KNOWN = tomllib.loads((HERE / "projects.toml").read_text(encoding="utf-8"))["projects"]
PLACES = tomllib.loads((HERE.parent / "projects.toml").read_text(encoding="utf-8"))["project"]

MIGRATE_SECONDS = 1800
LINES_OF_A_FAILURE = 20


def main(arguments):
    if arguments[:1] == ["--upgrade"] and len(arguments) == 6:
        print(json.dumps(upgrade(*arguments[1:])))
        return
    if len(arguments) != 4 or arguments[1] not in ("pg", "sqlite"):
        raise build.Failure("usage: run.py ID pg|sqlite URL CACHE, run.py --upgrade ID pg|sqlite URL CACHE FOLDER")
    identity, dialect, url, cache = arguments
    known = KNOWN.get(identity)
    if known is None:
        raise build.Failure(f"unknown project `{identity}`; known are {', '.join(sorted(KNOWN))}")
    cache = Path(cache).resolve()
    models = build.KNOWN["projects"][identity]
    python = build.environment(models.get("environment", identity), cache)
    add(python, known.get("requirements", []), cache)
    with tempfile.TemporaryDirectory(prefix="trueup-downgrades-", ignore_cleanup_errors=True) as folder:
        found = result(identity, dialect, known, url, python, Path(folder))
    folder = cache / "downgrades"
    folder.mkdir(parents=True, exist_ok=True)
    build.store(folder / f"{identity}.{dialect}.json", json.dumps(found, indent=1))


def upgrade(identity, dialect, url, cache, folder):
    """The command that upgrades the empty database, and the variables that it needs; FOLDER is for what it writes."""
    known, cache, folder = KNOWN[identity], Path(cache).resolve(), Path(folder)
    if "given" in known:
        raise build.Failure(f"`{identity}` does not begin with an empty database")
    python = build.environment(build.KNOWN["projects"][identity].get("environment", identity), cache)
    add(python, known.get("requirements", []), cache)
    file = folder / "run.db"
    values = {"folder": folder, "file": file, "address": build.address(url), "url": address(dialect, known, url, file)}
    values |= parts(url)
    request = dict(known, config=config(identity), url=values["url"], program="upgrade")
    found = variables(identity, known, values)
    return {
        "command": [str(python), "-I", str(HERE / "migrate.py"), json.dumps(request)],
        "environment": {name: value for name, value in found.items() if os.environ.get(name) != value},
    }


def result(identity, dialect, known, url, python, folder):
    """What happened.

    versions  those of Alembic and SQLAlchemy
    up_seconds  how long env.py took to the heads, its imports included; null where it did not get there
    down      the revisions whose downgrade ran, in that order
    error     what stopped the way up or down: way, revision, class, message, statement; null at base
    before    the dump of what was there before the first revision
    after     the dump of what is there where the way down ends
    """
    file, kept = folder / "real.sqlite", folder / "kept.sqlite"
    values = {"folder": folder, "file": file, "address": build.address(url), "url": address(dialect, known, url, file)}
    values |= parts(url)
    environment = variables(identity, known, values)
    request = dict(known, config=config(identity), url=values["url"])
    if dialect == "sqlite":
        request |= {"file": str(file), "kept": str(kept)}
    if "given" in known:
        migrate(python, dict(request, program="give"), folder, environment)
    before = dump(dialect, url, file)
    answers, log = migrate(python, dict(request, program="migrate"), folder, environment)
    error = next((answer["error"] for answer in answers if "error" in answer), None)
    if error is None and {"done": True} not in answers:
        raise build.Failure(f"migrate.py did not come to an end{build.last_lines(log)}")
    return {
        "versions": versions(python),
        "up_seconds": next((answer["up"] for answer in answers if "up" in answer), None),
        "down": [answer["down"] for answer in answers if "down" in answer],
        "error": error,
        "before": before,
        "after": dump(dialect, url, kept if error else file),
        "log": log.decode("utf-8", "replace").splitlines()[-LINES_OF_A_FAILURE:] if error else [],
    }


def add(python, requirements, cache):
    """Installs what the models do without."""
    if requirements:
        command = [build.installer(cache), "pip", "install", "--python", python, *requirements, "--only-binary", ":all:"]
        build.run(command, build.INSTALL_SECONDS, env=build.installer_settings(cache))


def config(identity):
    return next(place.get("config") for place in PLACES if place["id"] == identity)


def address(dialect, known, url, file):
    """Names the driver, because the default one differs between versions of SQLAlchemy."""
    drivers = known.get("drivers", {})
    if dialect == "sqlite":
        return f"{drivers.get('sqlite', 'sqlite')}:///{file}"
    return f"{drivers.get('pg', 'postgresql+psycopg2')}://{build.address(url)}"


def parts(url):
    """The parts of an address, for settings that want each on its own."""
    user, _, rest = build.address(url).rpartition("@")
    server, _, database = rest.partition("/")
    host, _, port = server.partition(":")
    return {"user": user, "host": host, "port": port, "database": database}


def variables(identity, known, values):
    wanted = build.KNOWN["projects"][identity].get("variables", {}) | known.get("variables", {})
    own = {name: value.format(**values) for name, value in wanted.items()}
    return build.variables({}, "", values["folder"]) | own


def migrate(python, request, folder, environment):
    """Returns the answers of migrate.py and what it logged."""
    command = [str(python), "-I", str(HERE / "migrate.py"), json.dumps(request)]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=MIGRATE_SECONDS, cwd=folder, env=environment
        )
    except subprocess.TimeoutExpired as error:
        found = build.last_lines(error.stderr)
        raise build.Failure(f"migrate.py was not done after {MIGRATE_SECONDS} seconds{found}") from error
    if done.returncode != 0:
        raise build.Failure(f"migrate.py ended with {done.returncode}{build.last_lines(done.stderr)}")
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def dump(dialect, url, file):
    return build.dump_of_postgres(url) if dialect == "pg" else build.dump_of_sqlite(file)


def versions(python):
    program = "import importlib.metadata as m; print(*(f'{n} {m.version(n)}' for n in ('alembic', 'SQLAlchemy')))"
    return build.run([python, "-I", "-c", program], build.CREATE_SECONDS).strip()


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (build.Failure, OSError) as error:
        sys.exit(f"run.py: {error}")
