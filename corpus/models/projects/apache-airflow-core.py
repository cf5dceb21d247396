from airflow import models, settings  # noqa: F401  The settings must be imported for the models to be complete.

models.import_all_models()

metadata = models.base.Base.metadata
