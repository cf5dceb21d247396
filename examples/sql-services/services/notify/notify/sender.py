import os

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from notify.models import WebhookDelivery, WebhookSubscription

engine = create_engine(os.environ.get("DATABASE_URL", "postgresql+psycopg2://localhost/parcels"))


def subscriptions(account_id: int, limit: int = 100) -> list[WebhookSubscription]:
    with Session(engine) as session:
        return list(
            session.scalars(
                select(WebhookSubscription)
                .where(WebhookSubscription.account_id == account_id)
                .limit(limit)
            )
        )


def record(subscription_id: int, status_code: int | None) -> None:
    with Session(engine) as session:
        session.add(WebhookDelivery(subscription_id=subscription_id, status_code=status_code))
        session.commit()
