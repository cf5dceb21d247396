"""`geoalchemy2.types`."""
from sqlalchemy import func
from sqlalchemy.schema import Index
from sqlalchemy.types import UserDefinedType

DEFAULT = "POINT"


class _GISType(UserDefinedType):
    name = None

    def __init__(self, geometry_type="GEOMETRY", srid=-1, dimension=None, spatial_index=True, use_N_D_index=False, use_typmod=None, from_text=None, name=None, nullable=True, _spatial_index_reflected=None):
        self.geometry_type = geometry_type.upper() if geometry_type else None
        self.srid = srid
        self.dimension = dimension
        self.spatial_index = spatial_index
        self.use_N_D_index = use_N_D_index
        self.nullable = nullable
        self._spatial_index_reflected = _spatial_index_reflected
        if name is not None:
            self.name = name

    def get_col_spec(self, **kw):
        if not self.geometry_type:
            return self.name
        return f"{self.name}({self.geometry_type},{self.srid})"

    def _compile(self, dialect):
        if dialect.name == "sqlite":
            return self.geometry_type or "GEOMETRY"
        return self.get_col_spec()

    def _implied_index(self, table, column, dialect):
        """The index that comes with the column."""
        if dialect.name != "postgresql" or not self.spatial_index or self._spatial_index_reflected:
            return None
        options = {"postgresql_using": "gist"}
        if self.use_N_D_index:
            options["postgresql_ops"] = {column.name: "gist_geometry_ops_nd"}
        index = object.__new__(Index)
        index.name = f"idx_{table.name}_{column.name}"
        index.expressions = [self._indexed(column)]
        index.unique = False
        index.kwargs = options
        index.dialect_kwargs = options
        index.table = table
        return index


    def _indexed(self, column):
        return column


class Geometry(_GISType):
    name = "geometry"


class Geography(_GISType):
    name = "geography"


class Raster(_GISType):
    name = "raster"

    def __init__(self, spatial_index=True, from_text=None, name=None, nullable=True, _spatial_index_reflected=None):
        super().__init__(geometry_type=None, srid=-1, spatial_index=spatial_index, nullable=nullable, _spatial_index_reflected=_spatial_index_reflected)

    def _indexed(self, column):
        return func.ST_ConvexHull(column)


class RasterType(Raster):
    ...
