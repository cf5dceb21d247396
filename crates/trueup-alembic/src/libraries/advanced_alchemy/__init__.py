"""advanced-alchemy: declarative bases with a primary key and audit columns.

Measured with advanced-alchemy 1.12 on SQLAlchemy 2.0: columns, their order, types and names are those of `create_all`.
"""
