from sqlalchemy import Column, Date, ForeignKey, Integer, Numeric

from app.db.base import Base


class Payout(Base):
    __tablename__ = "payouts"

    id = Column(Integer, primary_key=True)
    hut_id = Column(Integer, ForeignKey("huts.id"), nullable=False, index=True)
    month = Column(Date, nullable=False)
    amount = Column(Numeric(10, 2), nullable=False)
