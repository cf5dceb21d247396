from prefect.server.database.dependencies import provide_database_interface

metadata = provide_database_interface().Base.metadata
