"""GeoAlchemy2: spatial types, and the index that a spatial column brings.

Source: geoalchemy2 0.20 `types/__init__.py`, `admin/dialects/postgresql.py`.
"""
from geoalchemy2 import alembic_helpers, elements, functions, shape, types
from geoalchemy2.types import Geography, Geometry, Raster


class WKTElement:
    def __init__(self, *args, **kw):
        ...


class WKBElement(WKTElement):
    ...


def load_spatialite(*args, **kw):
    pass
