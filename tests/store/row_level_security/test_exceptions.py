"""Where more is seen than what is one's own, and by whom; what is searched for behind the policies is found fast."""

from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import func, select, update
from sqlmodel import col

from provisioning.desk import Desk
from store.tables import Number, Tenant, UploadEntry
from tests.store.families import Family
from tests.store.row_level_security.statements import SYSTEM, attempt, reading


def test_what_runs_as_the_owner_is_for_the_application_alone(owner: psycopg.Connection[Any]) -> None:
    """A function that sees more than its caller, in the hands of whoever else may log in, would be a hole."""
    found = owner.execute("""
        SELECT proname, has_function_privilege('public', oid, 'EXECUTE'),
               has_function_privilege('numberline_app', oid, 'EXECUTE')
        FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace
    """).fetchall()
    assert sorted(found) == [("newest_event", False, True), ("upload_numbers_held", False, True)]


def test_the_platforms_own_is_read_by_everybody(application: psycopg.Connection[Any], ours: Family) -> None:
    """Whoever makes a SIP connection chooses among all calling profiles."""
    read = reading("calling_profile", sql.SQL("true"))
    assert attempt(application, None, read) == attempt(application, ours.scope("customer"), read) != 0


async def test_a_customer_is_shown_the_channel_it_belongs_to(desk: Desk, ours: Family, theirs: Family) -> None:
    """Its name stands beside every number; no other tenant can be seen."""
    async with desk.database.read(ours.scope("customer")) as reading:
        assert [row.id for row in await reading.session.scalars(select(Tenant))] == [ours.channel.id]
    assert theirs.channel.id != ours.channel.id


@pytest.mark.parametrize("last", ["+12125550101", "+12125550109"])
async def test_a_question_about_an_upload_of_others_is_not_answered(
    desk: Desk, ours: Family, theirs: Family, last: str
) -> None:
    """The function that sees all numbers looks at uploads in scope only, for single numbers and for ranges."""
    async with desk.begin() as transaction:
        await transaction.session.execute(update(Number).where(_of(theirs, Number)).values(upload_id=ours.upload.id))
        await transaction.session.execute(update(UploadEntry).where(_of(theirs, UploadEntry)).values(last=last))
    held = select(func.count()).select_from(func.upload_numbers_held(theirs.upload.id))
    found = []
    for scope in (theirs.scope("customer"), ours.scope("customer"), SYSTEM):
        async with desk.database.read(scope) as reading:
            found.append(await reading.session.scalar(held))
    assert found == [1, 0, 1]


def _of(made: Family, table: type[Number | UploadEntry]) -> Any:
    return col(table.upload_id) == made.upload.id


_SEARCH = """
EXPLAIN SELECT * FROM number
WHERE provider_id = %s AND e164 >= '+1212' AND e164 < '+1213' AND (e164, id) > ('+1212', %s)
ORDER BY e164, id LIMIT 51
"""


def test_a_search_for_a_beginning_keeps_its_index(application: psycopg.Connection[Any], ours: Family) -> None:
    """As do the pages of it: both are conditions of the index, and not looked at row by row."""
    with application.transaction():
        application.execute("SELECT set_config('numberline.scope', %s, true)", [ours.scope("provider").principal])
        application.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        plan = application.execute(_SEARCH, [ours.provider.id, ours.upload.id]).fetchall()
    (condition,) = [line for (line,) in plan if "Index Cond" in line]
    assert "e164 >=" in condition
    assert "ROW(e164, id) >" in condition
