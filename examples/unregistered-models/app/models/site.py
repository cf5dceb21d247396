from sqlalchemy import Column, ForeignKey, Integer, Numeric, String
from sqlalchemy.orm import relationship

from app.db.base import Base


class Site(Base):
    __tablename__ = "sites"

    id = Column(Integer, primary_key=True)
    account_id = Column(
        Integer, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True
    )
    code = Column(String(20), nullable=False)
    name = Column(String(120), nullable=False)
    timezone = Column(String(64), nullable=True)

    account = relationship("Account", back_populates="sites")
    greenhouses = relationship("Greenhouse", back_populates="site")


class Greenhouse(Base):
    __tablename__ = "greenhouses"

    id = Column(Integer, primary_key=True)
    site_id = Column(Integer, ForeignKey("sites.id"), nullable=False, index=True)
    name = Column(String(120), nullable=False)
    area_m2 = Column(Numeric(10, 2), nullable=False)

    site = relationship("Site", back_populates="greenhouses")
    sensors = relationship("Sensor", back_populates="greenhouse")
