"""What real Alembic answers on a graph of revisions: one graph with its questions per line in, the answers per line out."""
import json
import sys
import warnings

from alembic.script.revision import Revision, RevisionMap

warnings.simplefilter("ignore")


def ask(revisions, question):
    kind, text, applied = question["kind"], question["text"], tuple(question["applied"])
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


def answer(request):
    try:
        listed = [Revision(r["id"], r["down"] or None, r["depends"] or None, r["labels"] or None) for r in request["revisions"]]
        revisions = RevisionMap(lambda: listed)
        revisions.heads
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    answers = []
    for question in request["questions"]:
        try:
            answers.append({"found": ask(revisions, question)})
        except Exception as error:
            answers.append({"error": f"{type(error).__name__}: {error}"[:300]})
    return {"answers": answers}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
