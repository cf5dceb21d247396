from app.models.account import Account
from app.models.alert import AlertEvent, AlertRule
from app.models.irrigation import IrrigationPlan, IrrigationRun
from app.models.sensor import Reading, Sensor, SensorKind
from app.models.site import Greenhouse, Site

__all__ = [
    "Account",
    "AlertEvent",
    "AlertRule",
    "Greenhouse",
    "IrrigationPlan",
    "IrrigationRun",
    "Reading",
    "Sensor",
    "SensorKind",
    "Site",
]
