"""How calls are routed: calling profiles of the platform and the SIP connections that use them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from store.columns import Owned, moment, moment_now, new_id


class CallingProfile(SQLModel, table=True):
    """A container of trunks on SBC devices, made by the platform's operator and read by everybody.

    `sbc_devices` is a list of {"name": str, "trunks": [str]}; `emergency_strings` a list of str.
    """

    __tablename__ = "calling_profile"
    __table_args__ = (Index("calling_profile_name", text("lower(name)"), unique=True),)

    id: UUID = new_id()
    name: str
    carrier: str
    region: str
    sbc_devices: list[dict[str, Any]] = Field(sa_type=JSONB)
    emergency_strings: list[str] = Field(sa_type=JSONB)
    created_at: datetime = moment_now()


class SipConnection(Owned, table=True):
    """A PSTN SIP connection of a service; its calling profile is that of every number that hangs on it.

    One that was deleted stays for the uploads of before that name it; nothing new can hang on it.
    """

    __tablename__ = "sip_connection"
    __table_args__ = (
        Index(
            "sip_connection_name",
            "service_id",
            text("lower(name)"),
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    id: UUID = new_id()
    service_id: UUID = Field(sa_type=Uuid, foreign_key="service.id", ondelete="CASCADE")
    calling_profile_id: UUID = Field(sa_type=Uuid, foreign_key="calling_profile.id")
    name: str
    created_at: datetime = moment_now()
    deleted_at: datetime | None = moment()
