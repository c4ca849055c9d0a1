"""The tables, a file for each corner of the house."""

from store.tables.consents import Grant, Invitation
from store.tables.drifts import Drift
from store.tables.journal import AuditEvent, Event, IdempotencyKey, TakenQuestion
from store.tables.numbers import Number
from store.tables.routing import CallingProfile, SipConnection
from store.tables.services import Location, Service
from store.tables.tenancy import Customer, Tenant
from store.tables.uploads import Upload, UploadEntry

__all__ = [
    "AuditEvent",
    "CallingProfile",
    "Customer",
    "Drift",
    "Event",
    "Grant",
    "IdempotencyKey",
    "Invitation",
    "Location",
    "Number",
    "Service",
    "SipConnection",
    "TakenQuestion",
    "Tenant",
    "Upload",
    "UploadEntry",
]
