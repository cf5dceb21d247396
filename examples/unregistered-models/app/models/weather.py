from sqlalchemy import Column, Date, Float, ForeignKey, Integer, String

from app.db.base import Base


class WeatherStation(Base):
    __tablename__ = "weather_stations"

    id = Column(Integer, primary_key=True)
    site_id = Column(Integer, ForeignKey("sites.id"), nullable=False, index=True)
    provider = Column(String(40), nullable=False)


class WeatherDay(Base):
    __tablename__ = "weather_days"

    station_id = Column(Integer, ForeignKey("weather_stations.id"), primary_key=True)
    day = Column(Date, primary_key=True)
    rain_mm = Column(Float, nullable=False)
