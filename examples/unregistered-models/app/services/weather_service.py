from datetime import date

from sqlalchemy.orm import Session

from app.models.weather import WeatherDay


def rain_on(session: Session, station_id: int, day: date) -> float:
    record = session.get(WeatherDay, (station_id, day))
    return record.rain_mm if record else 0.0
