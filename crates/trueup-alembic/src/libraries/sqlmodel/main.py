"""`sqlmodel.main`."""
from sqlmodel import Field, FieldInfo, Relationship, RelationshipInfo, SQLModel, SQLModelMetaclass, default_registry
