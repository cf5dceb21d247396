"""`sqlalchemy_utils.types.encrypted`."""
