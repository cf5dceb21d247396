from fastapi import FastAPI

from app.models import Hut

app = FastAPI(title="Trails and huts")


@app.get("/about")
def about() -> dict:
    return {"tables": [Hut.__tablename__]}
