from airflow import models

models.import_all_models()

metadata = models.base.Base.metadata
