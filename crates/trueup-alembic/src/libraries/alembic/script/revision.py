"""`alembic.script.revision`."""


class RevisionError(Exception):
    ...


class ResolutionError(RevisionError):
    ...


class RevisionMap:
    ...
