"""`sqlalchemy.orm.relationships`."""
from sqlalchemy.orm._mapping import Relationship

RelationshipProperty = Relationship
