# -*- coding: utf-8 -*-
<%!
import re
from textwrap import dedent

WORD = re.compile(r"\w+")

def words(text):
    """Lists the words
      of a text."""
    return WORD.findall(text)
%>\
<%
    # What it is about.
    parents = down_revision if isinstance(down_revision, tuple) else [down_revision] if down_revision else []
    shout = lambda text: text.upper()
    text = """kept
  as it is"""
%>\
"""${message.replace('"', "'").replace("\\", "/")}

Revision ID: ${up_revision}
Revises: ${", ".join(parents)}
Create Date: ${create_date.strftime("%Y-%m-%d %H:%M:%S")}

    %% a percent sign
%%%
"""
## A comment of the template.
<%doc>
    A longer one: ${nothing}
</%doc>
% if len(parents) > 1:
# A merge of ${len(parents)}:
% for parent in parents:
#   ${loop.index + 1}. ${parent | shout}${"" if loop.last else ","}
% endfor
% elif parents:
# After ${parents[0]}.
% else:
# The first one.
% endif
TEXT = ${repr(text)}
WORDS = ${repr(words(message))}
revision = "${up_revision}"
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
% if downgrades:
    ${downgrades}
% else:
    raise NotImplementedError(\
"write it")
% endif
