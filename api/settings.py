"""Settings, from the environment: every name begins with NUMBERLINE_."""

import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.addresses import is_loopback
from api.identity import ClaimNames, Terms
from api.values import (
    DatabaseAddress,
    FernetKeys,
    Folder,
    Hosts,
    MailServerAddress,
    Manifest,
    Name,
    Names,
    Origins,
    SafeAddress,
    Sender,
    WebAddress,
)
from provisioning.desk import Limits
from schema.limits import OperationLimits

WEBEX_SCOPES = (
    "spark-admin:locations_read",
    "spark-admin:telephony_config_read",
    "spark-admin:telephony_config_write",
    "spark-admin:telephony_pstn_read",
    "spark-admin:people_read",
)
"""What the customer's administrator consents to (Webex developer documentation, scopes of the calls we make)."""

SIMULATED_SECRET = "simulated-secret"  # noqa: S105  # of the simulator, which everybody has
"""What the simulator takes; Control Hub does not."""


def default_data_dir() -> Path:
    """Return the user's data folder; as root a system folder, because the embedded database runs as its own user."""
    if sys.platform != "win32" and os.geteuid() == 0:
        return Path("/var/lib/numberline")
    return user_data_path("numberline")


class Settings(BaseSettings):
    """What can be set. Without any of it, everything runs embedded on this machine."""

    model_config = SettingsConfigDict(
        env_prefix="NUMBERLINE_", frozen=True, hide_input_in_errors=True, enable_decoding=False
    )

    data_dir: Folder = Field(default_factory=default_data_dir)
    """Where the embedded database, the development keys and the outbox are kept."""
    database_url: DatabaseAddress | None = None
    """A PostgreSQL 18 or later, as the application's role; None: the embedded one."""
    database_pool: int = Field(default=10, ge=1)
    """How many connections this process keeps."""
    lock_time: timedelta = Field(default=timedelta(seconds=5), gt=timedelta(0))
    """How long a mutation waits for another one, or a job, that is at work on the same."""
    leave_time: timedelta = Field(default=timedelta(seconds=10), ge=timedelta(0))
    """How long a server that is asked to end waits for what is under way; the rest is cancelled and rolled back."""
    host: Name = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65_535)
    public_url: WebAddress | None = None
    """The address at which browsers reach this server; None: host and port."""
    development: bool = False
    """Whether GraphiQL hands out a token for an Admin at system level, on this machine alone (`numberline run`)."""
    workers: int = Field(default=1, ge=1)
    """How many processes serve, each with a job worker of its own where `worker` is set."""
    worker: bool = True
    """Whether the web process also runs jobs."""
    allowed_origins: Origins = Field(default_factory=list)
    """Other origins whose pages may ask this server, such as a front-end's development server."""
    body_bytes: int = Field(default=16_000_000, ge=1)
    """How long a JSON body may be; a million numbers as pasted text have 14 million bytes."""
    trusted_hosts: Hosts = Field(default_factory=list)
    """Names by which this server may be asked, beside that of its public address; "*": any."""
    issuer: SafeAddress | None = None
    """The OpenID Connect issuer whose tokens are taken; None: tokens of this machine's development key."""
    audience: Name = Terms().audience
    """What stands as `aud` in the issuer's tokens."""
    jwks_url: SafeAddress | None = None
    """Where the issuer's keys are; None: where its discovery document says."""
    level_claim: Name = ClaimNames().level
    """The claim that says SYSTEM, PROVIDER, CHANNEL or CUSTOMER."""
    role_claim: Name = ClaimNames().role
    """The claim that says ADMIN, OPERATOR or MONITOR."""
    bound_to_claim: Name = ClaimNames().bound_to
    """The claim that says the id of the caller's own tenant or customer; below system level only."""
    clock_leeway: timedelta = Field(default=timedelta(seconds=30), ge=timedelta())
    """How far the issuer's clock and ours may be apart."""
    trusted_documents: Manifest | None = None
    """A manifest of documents by their ids, such as the persisted-documents.json of GraphQL Code Generator."""
    trusted_documents_only: bool = False
    """Whether nothing but trusted documents runs; GraphiQL is then not served."""
    graphiql: bool = True
    """Whether browsers get GraphiQL at /graphql."""
    introspection: bool = OperationLimits().introspection
    """Whether callers may ask for the schema; GraphiQL needs it."""
    operation_tokens: int = Field(default=OperationLimits().tokens, ge=1)
    """How many words and signs a document may have."""
    operation_depth: int = Field(default=OperationLimits().depth, ge=1)
    """How deep fields may lie within each other."""
    operation_cost: int = Field(default=OperationLimits().cost, ge=1)
    """How many objects an operation may fetch."""
    query_time: timedelta = Field(default=OperationLimits().query_time, gt=timedelta())
    """How long a query may take."""
    mutation_time: timedelta = Field(default=OperationLimits().mutation_time, gt=timedelta())
    """How long a mutation may take."""
    requests_per_second: int = Field(default=500, ge=1)
    """How many requests a second this process takes of one caller."""
    streams_per_caller: int = Field(default=5_000, ge=1)
    """How many operations one caller may follow at once at this process."""
    control_hub_url: WebAddress = "https://webexapis.com/v1"
    """The base address of the Webex API."""
    control_hub_client_id: Name = "numberline"
    control_hub_client_secret: SecretStr = SecretStr(SIMULATED_SECRET)
    control_hub_scopes: Names = Field(default_factory=lambda: list(WEBEX_SCOPES))
    control_hub_requests: int = Field(default=5, ge=1)
    """How many requests one organization gets at once."""
    smtp_url: MailServerAddress | None = None
    """The mail server, such as smtps://user:password@host:465; None: letters lie in the outbox."""
    mail_from: Sender | None = None
    """What stands as From in letters; needed with a mail server."""
    secret_keys: FernetKeys = Field(default_factory=list)
    """Fernet keys for tokens at rest, the newest first; none: one in the data folder."""
    upload_numbers: int = Field(default=Limits().upload_numbers, ge=1)
    """How many numbers one upload may hold."""
    range_numbers: int = Field(default=Limits().range_numbers, ge=1)
    """How many numbers one range may hold."""
    file_bytes: int = Field(default=Limits().file_bytes, ge=1)
    """How large an imported file may be."""
    file_rows: int = Field(default=Limits().file_rows, ge=1)
    """How many rows an imported file may have."""
    cac_max: int = Field(default=Limits().cac, ge=2)
    """The highest CAC value of Service and Contact Center numbers."""
    taken_questions: int = Field(default=Limits().taken_questions, ge=1)
    """How many numbers a tenant or customer may have compared with those of others in an hour."""
    dry_run_numbers: int = Field(default=Limits().dry_run_numbers, ge=1)
    """How many numbers a dry run may hold."""
    cooling: timedelta = Field(default=Limits().cooling, ge=timedelta())
    """How long a released number is kept from others."""

    @model_validator(mode="after")
    def _check_sender(self) -> Self:
        if self.smtp_url is not None and self.mail_from is None:
            raise ValueError("NUMBERLINE_SMTP_URL needs NUMBERLINE_MAIL_FROM")
        return self

    @model_validator(mode="after")
    def _check_jwks_url(self) -> Self:
        if self.jwks_url is not None and self.issuer is None:
            raise ValueError("NUMBERLINE_JWKS_URL needs NUMBERLINE_ISSUER")
        return self

    @model_validator(mode="after")
    def _check_trusted_documents(self) -> Self:
        if self.trusted_documents_only and self.trusted_documents is None:
            raise ValueError("NUMBERLINE_TRUSTED_DOCUMENTS_ONLY needs NUMBERLINE_TRUSTED_DOCUMENTS")
        return self

    @property
    def base_url(self) -> str:
        """Return the address at which browsers reach this server, without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def lacks_hub_secret(self) -> bool:
        """Return whether Control Hub, and not a simulator of this machine, is asked without a secret of our own."""
        is_ours = self.control_hub_client_secret.get_secret_value() not in {"", SIMULATED_SECRET}
        return not is_ours and not is_loopback(urlsplit(self.control_hub_url).hostname)

    @property
    def leave_s(self) -> int:
        """Return how many seconds what is under way gets when the server is asked to end."""
        return int(self.leave_time.total_seconds())

    @property
    def terms(self) -> Terms:
        """Return which tokens of the issuer are taken."""
        names = ClaimNames(self.level_claim, self.role_claim, self.bound_to_claim)
        return Terms(self.issuer or Terms().issuer, self.audience, names, self.clock_leeway)

    @property
    def operation_limits(self) -> OperationLimits:
        """Return how much one operation may ask for."""
        return OperationLimits(
            tokens=self.operation_tokens,
            depth=self.operation_depth,
            cost=self.operation_cost,
            query_time=self.query_time,
            mutation_time=self.mutation_time,
            introspection=self.introspection,
        )

    @property
    def limits(self) -> Limits:
        """Return how much is taken at once."""
        return Limits(
            self.upload_numbers,
            self.range_numbers,
            self.file_bytes,
            self.file_rows,
            self.cac_max,
            self.taken_questions,
            self.dry_run_numbers,
            self.cooling,
        )
