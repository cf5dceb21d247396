"""Alembic. Its modules are found as submodules. Source: Alembic 1.20, `alembic/__init__.py`."""
__version__ = "1.20.1"
