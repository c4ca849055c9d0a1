"""Settings, from the environment: every name begins with NUMBERLINE_."""

import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Self
from urllib.parse import SplitResult, urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.addresses import is_loopback
from api.identity import ClaimNames, Terms
from api.smtp import mail_server, sender_address
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


def default_data_dir() -> Path:
    """Return the user's data folder; as root a system folder, because the embedded database runs as its own user."""
    if sys.platform != "win32" and os.geteuid() == 0:
        return Path("/var/lib/numberline")
    return user_data_path("numberline")


class Settings(BaseSettings):
    """What can be set. Without any of it, everything runs embedded on this machine."""

    model_config = SettingsConfigDict(env_prefix="NUMBERLINE_", frozen=True, hide_input_in_errors=True)

    data_dir: Path = Field(default_factory=default_data_dir)
    """Where the embedded database, the development keys and the outbox are kept."""
    database_url: SecretStr | None = None
    """A PostgreSQL 18 or later, as the application's role; None: the embedded one."""
    database_pool: int = 10
    """How many connections this process keeps."""
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str | None = None
    """The address at which browsers reach this server; None: host and port."""
    development: bool = False
    """Whether GraphiQL hands out a token for an Admin at system level, on this machine alone (`numberline run`)."""
    workers: int = Field(default=1, ge=1)
    """How many processes serve, each with a job worker of its own where `worker` is set."""
    worker: bool = True
    """Whether the web process also runs jobs."""
    allowed_origins: list[str] = Field(default_factory=list)
    """Other origins whose pages may ask this server, such as a front-end's development server."""
    body_bytes: int = 16_000_000
    """How long a JSON body may be; a million numbers as pasted text have 14 million bytes."""
    trusted_hosts: list[str] = Field(default_factory=list)
    """Names by which this server may be asked, beside that of its public address; "*": any."""
    issuer: str | None = None
    """The OpenID Connect issuer whose tokens are taken; None: tokens of this machine's development key."""
    audience: str = Terms().audience
    """What stands as `aud` in the issuer's tokens."""
    jwks_url: str | None = None
    """Where the issuer's keys are; None: where its discovery document says."""
    level_claim: str = ClaimNames().level
    """The claim that says SYSTEM, PROVIDER, CHANNEL or CUSTOMER."""
    role_claim: str = ClaimNames().role
    """The claim that says ADMIN, OPERATOR or MONITOR."""
    bound_to_claim: str = ClaimNames().bound_to
    """The claim that says the id of the caller's own tenant or customer; below system level only."""
    clock_leeway: timedelta = timedelta(seconds=30)
    """How far the issuer's clock and ours may be apart."""
    trusted_documents: Path | None = None
    """A manifest of documents by their ids, such as the persisted-documents.json of GraphQL Code Generator."""
    trusted_documents_only: bool = False
    """Whether nothing but trusted documents runs; GraphiQL is then not served."""
    graphiql: bool = True
    """Whether browsers get GraphiQL at /graphql."""
    introspection: bool = OperationLimits().introspection
    """Whether anybody may ask for the schema; GraphiQL needs it."""
    operation_tokens: int = Field(default=OperationLimits().tokens, ge=1)
    """How many words and signs a document may have."""
    operation_depth: int = Field(default=OperationLimits().depth, ge=1)
    """How deep fields may lie within each other."""
    operation_cost: int = Field(default=OperationLimits().cost, ge=1)
    """How many objects an operation may fetch."""
    query_time: timedelta = OperationLimits().query_time
    """How long a query may take."""
    mutation_time: timedelta = OperationLimits().mutation_time
    """How long a mutation may take."""
    requests_per_second: int = Field(default=500, ge=1)
    """How many requests a second this process takes of one caller."""
    streams_per_caller: int = Field(default=5_000, ge=1)
    """How many operations one caller may follow at once at this process."""
    control_hub_url: str = "https://webexapis.com/v1"
    """The base address of the Webex API."""
    control_hub_client_id: str = "numberline"
    control_hub_client_secret: SecretStr = SecretStr("simulated-secret")
    control_hub_scopes: list[str] = Field(default_factory=lambda: list(WEBEX_SCOPES))
    control_hub_requests: int = 5
    """How many requests one organization gets at once."""
    smtp_url: SecretStr | None = None
    """The mail server, such as smtps://user:password@host:465; None: letters lie in the outbox."""
    mail_from: str | None = None
    """What stands as From in letters; needed with a mail server."""
    secret_keys: list[SecretStr] = Field(default_factory=list)
    """Fernet keys for tokens at rest, the newest first; none: one in the data folder."""
    upload_numbers: int = Limits().upload_numbers
    """How many numbers one upload may hold."""
    range_numbers: int = Limits().range_numbers
    """How many numbers one range may hold."""
    file_bytes: int = Limits().file_bytes
    """How large an imported file may be."""
    file_rows: int = Limits().file_rows
    """How many rows an imported file may have."""
    cac_max: int = Limits().cac
    """The highest CAC value of Service and Contact Center numbers."""
    taken_questions: int = Limits().taken_questions
    """How many numbers a tenant or customer may have compared with those of others in an hour."""
    dry_run_numbers: int = Limits().dry_run_numbers
    """How many numbers a dry run may hold."""
    cooling: timedelta = Limits().cooling

    @field_validator("smtp_url")
    @classmethod
    def _check_smtp_url(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            mail_server(url.get_secret_value())
        return url

    @model_validator(mode="after")
    def _check_mail_from(self) -> Self:
        if self.smtp_url is not None:
            sender_address(self.mail_from or "")
        return self

    @field_validator("issuer", "jwks_url")
    @classmethod
    def _check_issuer(cls, address: str | None) -> str | None:
        if address is not None and not _is_safe(urlsplit(address)):
            raise ValueError("has to be an https:// address, or an http:// one of this machine")
        return address

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


def _is_safe(address: SplitResult) -> bool:
    """Return whether nobody between us and an address can change what it answers."""
    return address.scheme == "https" or (address.scheme == "http" and is_loopback(address.hostname))
