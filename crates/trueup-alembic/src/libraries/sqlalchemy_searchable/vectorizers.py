"""`sqlalchemy_searchable.vectorizers`."""
from sqlalchemy_searchable import Vectorizer
