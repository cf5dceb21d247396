"""build.py ID pg|sqlite URL CACHE: writes the schema that SQLAlchemy creates from a real package's models.

URL is the address of an empty PostgreSQL database; it is ignored for SQLite.
The result is CACHE/models/ID.DIALECT.sql, or ID.DIALECT.partial.sql with ID.DIALECT.skipped.txt.
What is known about each package is in projects.toml, and what runs inside its environment is create.py.
"""
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
KNOWN = tomllib.loads((HERE / "projects.toml").read_text(encoding="utf-8"))
DRIVER = "psycopg2-binary"

INSTALL_SECONDS = 3600
CREATE_SECONDS = 600
LINES_OF_A_FAILURE = 20


class Failure(Exception):
    """Something outside of this program went wrong; the message is for the reader."""


def main(arguments):
    if len(arguments) != 4 or arguments[1] not in ("pg", "sqlite"):
        raise Failure("usage: build.py ID pg|sqlite URL CACHE")
    identity, dialect, url, cache = arguments
    project = KNOWN["projects"].get(identity)
    if project is None:
        raise Failure(f"unknown project `{identity}`; known are {', '.join(sorted(KNOWN['projects']))}")
    if dialect not in project.get("dialects", [dialect]):
        raise Failure(f"`{identity}` does not work on {dialect}")
    if dialect == "pg" and not url.startswith(("postgresql://", "postgres://")):
        raise Failure(f"`{url}` is not the address of a PostgreSQL database")
    cache = Path(cache).resolve()
    python = environment(project.get("environment", identity), cache)
    with tempfile.TemporaryDirectory(prefix="trueup-models-", ignore_cleanup_errors=True) as folder:
        print(build(identity, project, dialect, url, python, Path(folder), cache / "models"))


def build(identity, project, dialect, url, python, folder, results):
    """Creates the tables, stores the dump, and returns the line that says what was created."""
    is_partial = project.get("partial", False)
    skipped = folder / "skipped.txt"
    file = folder / "models.sqlite"
    command = [python, "-I", HERE / "create.py", identity, engine_url(dialect, url, file)]
    if is_partial:
        command.append(skipped)
    output = run(command, CREATE_SECONDS, cwd=folder, env=variables(project, url, folder))
    dump = dump_of_postgres(url) if dialect == "pg" else dump_of_sqlite(file)
    stem = f"{identity}.{dialect}"
    results.mkdir(parents=True, exist_ok=True)
    if is_partial:
        # The dump comes last because its presence says that the result is complete.
        store(results / f"{stem}.skipped.txt", skipped.read_text(encoding="utf-8"))
    store(results / (f"{stem}.partial.sql" if is_partial else f"{stem}.sql"), dump)
    return summary(identity, output)


def engine_url(dialect, url, file):
    """Names the driver, because the default one differs between versions of SQLAlchemy."""
    if dialect == "sqlite":
        return f"sqlite:///{file}"
    return f"postgresql+psycopg2://{address(url)}"


def address(url):
    return url.partition("://")[2]


def variables(project, url, folder):
    """The environment of the models; applications that write to the home folder find a temporary one."""
    result = dict(os.environ, HOME=str(folder))
    for name, value in project.get("variables", {}).items():
        result[name] = value.format(folder=folder, address=address(url))
    return result


def summary(identity, output):
    """Finds the line of create.py, because some packages log to the standard output as well."""
    lines = [line for line in output.splitlines() if line.startswith(f"{identity} ")]
    if not lines:
        raise Failure(f"create.py did not say what it created for `{identity}`")
    return lines[-1]


def dump_of_postgres(url):
    dump = run(["pg_dump", "--schema-only", "--no-owner", "--no-privileges", "--dbname", url], CREATE_SECONDS)
    # These two lines hold a random word, and the dump would differ each time.
    lines = dump.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(("\\restrict ", "\\unrestrict ")))


def dump_of_sqlite(file):
    query = r"""
        SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
        ORDER BY type = 'table' DESC, name
    """
    connection = sqlite3.connect(file)
    try:
        return "".join(f"{sql};\n" for (sql,) in connection.execute(query))
    finally:
        connection.close()


def store(path, text):
    """Writes beside the target, then renames, so that an interrupted run leaves no half file."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(text.encode("utf-8"))
    temporary.replace(path)


def environment(name, cache):
    """Returns the Python of an environment; makes the environment when it is not there."""
    folder = cache / "venv" / f"models-{name}"
    python = folder / "bin" / "python"
    if (folder / ".complete").is_file():
        return python
    uv = installer(cache)
    wanted = KNOWN["environments"][name]
    print(f"making a virtual environment with {', '.join(wanted['requirements'])} in {folder}", file=sys.stderr)
    settings = installer_settings(cache)
    version = interpreter(wanted["python"])
    run([uv, "venv", "--quiet", "--clear", "--python", version, folder], INSTALL_SECONDS, env=settings)
    with tempfile.TemporaryDirectory(prefix="trueup-models-") as lists:
        command = [uv, "pip", "install", "--python", python, *choices(wanted, Path(lists))]
        run(command, INSTALL_SECONDS, env=settings)
    complete(folder, wanted["requirements"])
    return python


def interpreter(version):
    """Prefers what pyenv has: uv looks on the PATH only, where pyenv shows no version that is not switched on."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    found = sorted(root.glob(f"versions/{version}.*/bin/python"))
    return found[-1] if found else version


def choices(wanted, lists):
    """The requirements of an environment as arguments for uv.

    Wheels are preferred to source code even at the price of leaving a package out: they need no compiler, and
    installing them runs nothing.
    """
    arguments = [*wanted["requirements"], DRIVER, "--only-binary", ":all:"]
    for package in wanted.get("from_source", []):
        arguments += ["--no-binary", package]
    for option, key in (("--overrides", "overrides"), ("--excludes", "left_out")):
        if key in wanted:
            file = lists / f"{key}.txt"
            file.write_text("".join(f"{line}\n" for line in wanted[key]), encoding="utf-8")
            arguments += [option, file]
    return arguments


def installer(cache):
    """Returns uv, which resolves the requirements of these packages in seconds where pip takes many minutes."""
    folder = cache / "venv" / "models-uv"
    uv = folder / "bin" / "uv"
    if (folder / ".complete").is_file():
        return uv
    run([sys.executable, "-m", "venv", "--clear", folder], INSTALL_SECONDS)
    pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "uv"], INSTALL_SECONDS)
    complete(folder, ["uv"])
    return uv


def installer_settings(cache):
    """One build at a time, and patience with large wheels, unless the user's environment says otherwise."""
    defaults = {"UV_CONCURRENT_BUILDS": "1", "UV_HTTP_TIMEOUT": "180"}
    return defaults | os.environ | {"UV_CACHE_DIR": str(cache / "uv")}


def complete(folder, requirements):
    (folder / ".complete").write_text("\n".join(requirements), encoding="utf-8")


def run(command, seconds, **options):
    """Runs a program and returns its standard output."""
    command = [str(word) for word in command]
    name = " ".join(command[:4])
    if shutil.which(command[0]) is None:
        raise Failure(f"cannot find the program `{command[0]}`")
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, **options)
    except subprocess.TimeoutExpired as error:
        found = last_lines(error.stdout, error.stderr)
        raise Failure(f"`{name}` was not done after {seconds} seconds{found}") from error
    if done.returncode != 0:
        raise Failure(f"`{name}` ended with {done.returncode}{last_lines(done.stdout, done.stderr)}")
    return done.stdout.decode("utf-8", "replace")


def last_lines(*outputs):
    lines = [line for output in outputs for line in (output or b"").decode("utf-8", "replace").splitlines()]
    return "".join(f"\n  {line}" for line in lines[-LINES_OF_A_FAILURE:])


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (Failure, OSError) as error:
        sys.exit(f"build.py: {error}")
