from fastapi import FastAPI

from app.api import loans

app = FastAPI(title="Town library")
app.include_router(loans.router)
