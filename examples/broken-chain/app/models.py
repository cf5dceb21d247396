"""Models of the first version, before they were split into a package."""
from sqlalchemy import Column, DateTime, ForeignKey, Integer, String
from sqlalchemy.orm import relationship

from app.database import Base


class Hiker(Base):
    __tablename__ = "hikers"

    id = Column(Integer, primary_key=True)
    email = Column(String(255), unique=True)
    name = Column(String(100))

    bookings = relationship("Booking", back_populates="hiker")


class Hut(Base):
    __tablename__ = "huts"

    id = Column(Integer, primary_key=True)
    name = Column(String(100))
    beds = Column(Integer)


class Booking(Base):
    __tablename__ = "bookings"

    id = Column(Integer, primary_key=True)
    hiker_id = Column(Integer, ForeignKey("hikers.id"))
    starts_on = Column(DateTime)

    hiker = relationship("Hiker", back_populates="bookings")
