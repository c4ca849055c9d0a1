"""Asking for files, and putting into the database what is in them."""

import csv
import io
from collections.abc import Iterable
from typing import Any

import httpx
import psycopg
from psycopg.types.json import Jsonb

from schema.ids import decode
from tests.api.journey import Api

NUMBERS = """
INSERT INTO number (provider_id, channel_id, customer_id, service_id, location_id, sip_connection_id, upload_id, e164,
                    calling_code, area_code, subscriber_number, type, phone_type, cac, service_info, status, sync_state,
                    source, acquired_at)
SELECT u.provider_id, u.channel_id, u.customer_id, u.service_id, coalesce(%(location)s, u.location_id),
       u.sip_connection_id, u.id, '+' || n, '1', substr(n::text, 2, 3), substr(n::text, 5), %(type)s, NULL, %(cac)s,
       %(info)s, %(status)s, %(sync)s, 'FILE', '2026-11-01 12:00+00'
FROM upload u, generate_series(%(first)s::bigint, %(last)s::bigint) AS n WHERE u.id = %(upload)s
"""
"""Numbers as an upload has made them: a test of 30,000 cannot wait for the upload."""

ENTRIES = """
INSERT INTO upload_entry (provider_id, channel_id, customer_id, upload_id, position, part, kind, line, raw, raw_last,
                          overrides, cells, first, last, size, verdict, code, message)
SELECT provider_id, channel_id, customer_id, id, %(position)s, %(part)s, 'FILE_ROW', %(line)s, %(raw)s, %(raw_last)s,
       %(overrides)s, %(cells)s, %(first)s, %(last)s, 1, %(verdict)s, %(code)s, %(message)s
FROM upload WHERE id = %(upload)s
"""
"""Entries as a file has made them."""


async def put(url: str, upload: str, first: str, last: str, **more: Any) -> None:
    """Put numbers into the database, as made by an upload."""
    usual = {"type": "USER", "cac": 2, "info": None, "status": "ACTIVE", "sync": "MANUAL_PENDING", "location": None}
    given = usual | more | {"upload": decode(upload)[1], "first": first[1:], "last": last[1:]}
    async with await psycopg.AsyncConnection.connect(url) as owner:
        await owner.execute(NUMBERS, given)


async def put_entries(url: str, upload: str, *entries: dict[str, Any]) -> None:
    """Put judged entries into the database, one for each position unless told otherwise."""
    async with await psycopg.AsyncConnection.connect(url) as owner:
        for position, entry in enumerate(entries):
            usual = dict.fromkeys(("raw_last", "overrides", "cells", "first", "last", "code", "message"))
            place = {"position": position, "part": 0, "line": position + 2, "verdict": "INVALID"}
            overrides = Jsonb(entry["overrides"]) if entry.get("overrides") else None
            given = usual | place | entry | {"upload": decode(upload)[1], "overrides": overrides}
            await owner.execute(ENTRIES, given)


async def get(api: Api, path: str, **query: str) -> httpx.Response:
    """Ask for a file."""
    return await api.http.get(f"{api.address}{path}", params=query or None, headers=api.headers)


async def table(api: Api, path: str, **query: str) -> list[dict[str, str]]:
    """Return the lines of a file by their titles."""
    answer = await get(api, path, **query)
    assert answer.status_code == 200, answer.text
    return lines(answer)


def lines(answer: httpx.Response) -> list[dict[str, str]]:
    """Read a file as a spreadsheet does."""
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def column(found: Iterable[dict[str, str]], title: str) -> list[str]:
    """Return one column."""
    return [line[title] for line in found]


def code(answer: httpx.Response) -> tuple[int, str]:
    """Return the status and the code of a refusal."""
    (error,) = answer.json()["errors"]
    assert error["message"]
    assert "{" not in error["message"]
    return answer.status_code, error["extensions"]["code"]


async def report_path(api: Api, upload: str) -> str:
    """Return where the error report is, as the schema gives it."""
    document = "query($by: UploadBy!) { upload(by: $by) { errorReportUrl } }"
    path: str = (await api.query(document, by={"id": upload}))["upload"]["errorReportUrl"]
    return path


async def hand_over_path(api: Api, service: str) -> str | None:
    """Return where the hand-over list is, as the schema gives it."""
    document = "query($by: ServiceBy!) { service(by: $by) { handOverUrl } }"
    path: str | None = (await api.query(document, by={"id": service}))["service"]["handOverUrl"]
    return path
