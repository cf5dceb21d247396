"""${(message or "nothing").strip()}

Revision ID: ${up_revision}
Revises: ${down_revision | comma, n, trim}
Create Date: ${str(create_date)[:10]}

${"# destructive: say why" if False else ""}
${"".join(
    # one line for each label
    f"label {label}\n" for label in branch_labels or ()
)}"""
from __future__ import annotations

revision: str = ${repr(up_revision)}
down_revision: str | tuple[str, ...] | None = ${repr(down_revision)}
branch_labels: tuple[str, ...] | None = ${repr(branch_labels)}
depends_on: str | list[str] | None = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades or "pass"}


def downgrade() -> None:
    ${downgrades or "pass"}
% if undefined_name:
    never
% endif
