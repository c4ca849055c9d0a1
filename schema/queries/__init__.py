"""The queries: decode what is asked for, read it, convert it."""

import strawberry

from schema.queries.audit import AuditQueries
from schema.queries.nodes import NodeQueries
from schema.queries.numbers import NumberQueries
from schema.queries.services import ServiceQueries
from schema.queries.tenancy import TenancyQueries
from schema.queries.uploads import UploadQueries


@strawberry.type(description="Everything that can be read.")
class Query(NodeQueries, TenancyQueries, ServiceQueries, NumberQueries, UploadQueries, AuditQueries):
    """The root of all queries."""
