"""`geoalchemy2.alembic_helpers`: hooks of env.py; the operations are those of `op`."""


_TABLES_OF_EXTENSIONS = (
    "geometry_columns",
    "gpkg_",
    "idx_",
    "spatial_ref_sys",
    "spatialite_history",
    "sqlite_sequence",
    "vgpkg_",
    "views_geometry_columns",
    "virts_geometry_columns",
)


def include_object(obj, name, obj_type, reflected, compare_to):
    """Leaves out the tables that spatial extensions make."""
    return obj_type != "table" or not name.startswith(_TABLES_OF_EXTENSIONS)


def render_item(obj_type, obj, autogen_context):
    return False


def writer(context, revision, directives):
    pass
