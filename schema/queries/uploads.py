"""Reading uploads."""

from typing import Annotated

import strawberry

from schema.connections import After, Before, Connection, First, Last, listed
from schema.context import Info
from schema.describing import described
from schema.ids import key_of
from schema.inputs.naming import UploadBy
from schema.queries.narrowing import subtree
from schema.types.uploads import Upload
from store import tables, uploads
from store.database import Reading
from store.errors import NotFound
from store.lookup import one
from store.uploads import UploadFilter
from store.vocabulary import UploadStatus


@strawberry.input(description="Which uploads; what is left out does not narrow.")
class UploadsFilter:
    """A filter of uploads."""

    tenant: strawberry.ID | None = described("Only those of this tenant and of tenants below it.", default=None)
    service: strawberry.ID | None = described("Only those of this service.", default=None)
    status: UploadStatus | None = described("Only this status.", default=None)

    async def decoded(self, reading: Reading) -> UploadFilter:
        """Return the filter for the store. Raises NotFound."""
        return UploadFilter(
            below=await subtree(reading, self.tenant),
            service_id=key_of(self.service, "Service", "filter", "service") if self.service else None,
            status=self.status,
        )


By = Annotated[UploadBy, strawberry.argument(description="Which upload.")]
Filter = Annotated[UploadsFilter | None, strawberry.argument(description="Which uploads.")]


@strawberry.type
class UploadQueries:
    """Uploads."""

    @strawberry.field(description="Uploads, the newest first.")
    async def uploads(
        self,
        info: Info,
        filter: Filter = None,  # noqa: A002  # the name that clients expect
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Upload]:
        """Read a page of uploads."""
        async with info.context.desk.read() as reading:
            wanted = await (filter or UploadsFilter()).decoded(reading)
        return await listed(
            info,
            uploads.BY_CREATION,
            (first, after, last, before),
            lambda reading, window: uploads.listing(reading, wanted, window),
            lambda reading: uploads.total(reading, wanted),
            lambda row: Upload.of(row[0]),
        )

    @strawberry.field(description="One upload; null where there is none.")
    async def upload(self, info: Info, by: By) -> Upload | None:
        """Read an upload."""
        async with info.context.desk.read() as reading:
            try:
                return Upload.of(await one(reading, tables.Upload, by.name("by")))
            except NotFound:
                return None
