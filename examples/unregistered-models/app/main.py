from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

from app.db.session import SessionLocal
from app.services import firmware_service, weather_service

app = FastAPI(title="Greenhouse control")


def get_session():
    session = SessionLocal()
    try:
        yield session
    finally:
        session.close()


@app.get("/firmware/{channel_id}")
def firmware(channel_id: int, session: Session = Depends(get_session)) -> dict:
    build = firmware_service.latest_build(session, channel_id)
    return {"version": build.version if build else None}


@app.get("/rain/{station_id}/{day}")
def rain(station_id: int, day: str, session: Session = Depends(get_session)) -> dict:
    from datetime import date

    return {"rain_mm": weather_service.rain_on(session, station_id, date.fromisoformat(day))}
