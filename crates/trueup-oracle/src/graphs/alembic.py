"""What real Alembic answers on a graph of revisions: one graph with its questions per line in, the answers per line out."""
import json
import re
import sys
import warnings

from alembic.runtime import migration
from alembic.script import ScriptDirectory, revision
from alembic.script.revision import Revision, RevisionMap
from sqlalchemy import create_engine, event
from sqlalchemy.util import OrderedSet

warnings.simplefilter("ignore")


def upgrade(**_):
    pass


def downgrade(**_):
    pass


class Module:
    upgrade = staticmethod(upgrade)
    downgrade = staticmethod(downgrade)


class Header(Revision):
    """A revision with what a step wants of its file."""

    module = Module
    doc = None


class Failed(Exception):
    """A run that stopped after some steps."""

    def __init__(self, done, cause):
        super().__init__(f"{type(cause).__name__}: {cause}")
        self.done = done


class VersionTable:
    """A real version table, and what Alembic does to it."""

    statements = [
        (re.compile(r"INSERT INTO alembic_version \(version_num\) VALUES \('(\w+)'\)"), "INSERT {}"),
        (re.compile(r"DELETE FROM alembic_version WHERE alembic_version.version_num = '(\w+)'"), "DELETE {}"),
        (
            re.compile(r"UPDATE alembic_version SET version_num='(\w+)' WHERE alembic_version.version_num = '(\w+)'"),
            "UPDATE {1} {0}",
        ),
    ]

    def __init__(self):
        self.scripts = ScriptDirectory(".")
        self.changes = []
        self.connection = create_engine("sqlite://").connect()
        self.context = migration.MigrationContext.configure(self.connection)
        self.context._ensure_version_table()
        event.listen(self.connection, "before_cursor_execute", self.record)

    def record(self, _connection, _cursor, statement, *_):
        if not statement.startswith(("SELECT", "PRAGMA")):
            text = " ".join(statement.split()).removesuffix(" RETURNING version_num")
            for pattern, words in self.statements:
                if found := pattern.fullmatch(text):
                    self.changes.append(words.format(*found.groups()))
                    return
            sys.exit(f"not understood: {statement}")

    def fill(self, applied):
        self.connection.exec_driver_sql("DELETE FROM alembic_version")
        for row in applied:
            self.connection.exec_driver_sql(f"INSERT INTO alembic_version (version_num) VALUES ('{row}')")

    def run(self, revisions, kind, text, applied):
        """What every step of a run does, and how it is told; twice, the second time without the order."""
        self.scripts.revision_map = revisions
        if kind == "stamp":
            steps = self.scripts._stamp_revs(tuple(text.split()), applied)
        elif kind == "upgrade-rows":
            steps = self.scripts._upgrade_revs(text, applied)
        else:
            steps = self.scripts._downgrade_revs(text, applied)
        # Sets of which the order is known: the statements can be compared one by one.
        migration.set = OrderedSet
        try:
            ordered = self.apply(steps, applied, list)
        finally:
            del migration.set
        # As it is: which of several rows takes which part depends on the hash seed, their kinds and the rows do not.
        kinds = lambda changes: sorted(change.split()[0] for change in changes)
        return ordered + self.apply(steps, applied, kinds)

    def apply(self, steps, applied, shown):
        event.remove(self.connection, "before_cursor_execute", self.record)
        self.fill(applied)
        event.listen(self.connection, "before_cursor_execute", self.record)
        maintainer = migration.HeadMaintainer(self.context, applied)
        done = []
        for step in steps:
            self.changes.clear()
            try:
                maintainer.update_to_step(step)
            except Exception as error:
                raise Failed(done, error) from error
            rows = " ".join(sorted(self.context.get_current_heads()))
            done.append(f"{step.short_log}: {', '.join(shown(self.changes))}; {rows}")
        return done


version_table = VersionTable()


def ask(revisions, question):
    kind, text, applied = question["kind"], question["text"], tuple(question["applied"])
    if kind in ("stamp", "upgrade-rows", "downgrade-rows"):
        return version_table.run(revisions, kind, text, applied)
    if kind == "resolve":
        found = revisions.get_revisions(text)
    elif kind == "current":
        found = revisions._get_all_current(applied)
    elif kind == "upgrade":
        found = reversed(list(revisions.iterate_revisions(text, applied, implicit_base=True)))
    elif kind == "downgrade":
        found = revisions.iterate_revisions(applied, text, select_for_downgrade=True)
    elif kind == "history":
        lower, upper = text.split(":")
        lower = applied if lower == "current" else lower or "base"
        upper = applied if upper == "current" else upper or "heads"
        found = revisions.iterate_revisions(upper, lower, inclusive=True, assert_relative_length=False)
    return [getattr(revision, "revision", revision) for revision in found]


def loaded(listed):
    """The map, with dependencies in the order in which the headers name them and not in that of a set."""
    revisions = RevisionMap(lambda: listed)
    revision.set = OrderedSet
    try:
        revisions.heads
    finally:
        del revision.set
    return revisions


def answer(request):
    try:
        listed = [Header(r["id"], r["down"] or None, r["depends"] or None, r["labels"] or None) for r in request["revisions"]]
        revisions = loaded(listed)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    answers = []
    for question in request["questions"]:
        try:
            answers.append({"found": ask(revisions, question)})
        except Failed as failed:
            answers.append({"error": str(failed)[:300], "done": failed.done})
        except Exception as error:
            answers.append({"error": f"{type(error).__name__}: {error}"[:300]})
    return {"answers": answers}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
