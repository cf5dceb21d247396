"""`create_engine`: what it connects to is not known, so nothing about it is."""


def create_engine(url, **kw):
    ...


def create_mock_engine(url, executor, **kw):
    ...


def engine_from_config(configuration, prefix="sqlalchemy.", **kw):
    ...
