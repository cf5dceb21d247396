from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.firmware import FirmwareBuild


def latest_build(session: Session, channel_id: int) -> FirmwareBuild | None:
    return session.scalars(
        select(FirmwareBuild)
        .where(FirmwareBuild.channel_id == channel_id)
        .order_by(FirmwareBuild.published_at.desc())
        .limit(1)
    ).first()
