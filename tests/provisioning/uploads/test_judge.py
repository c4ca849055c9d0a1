"""Giving the entries of an upload their verdicts."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy import update as sql_update

from provisioning.desk import Desk, Limits
from provisioning.errors import TooManyQuestions
from provisioning.uploads import judge
from provisioning.uploads.edit import HeaderChanges, cancel, remove_entries, update
from provisioning.uploads.fill import NewEntries, add_entries
from provisioning.uploads.judge import finish_validation, validate
from provisioning.uploads.submit import submit
from store.lookup import Name
from store.tables import Location, Upload
from store.vocabulary import EntryVerdict, UploadStatus
from tests.arrange import (
    Dialog,
    announced,
    audited,
    by_hand,
    counted,
    entries_of,
    everything,
    fetch,
    figures,
    imported,
    jobs,
    judged,
    provider,
    refused,
    scope_of,
    seen_by,
    single,
    span,
    submitted,
    upload,
)

VALID, WARNING, INVALID = EntryVerdict.VALID, EntryVerdict.WARNING, EntryVerdict.INVALID

WHY = frozenset({"event"})
"""Where a refused submit leaves its reason: the entries and the counts change, and subscribers are told."""


@pytest.fixture
async def dialog(desk: Desk) -> Dialog:
    """A Non-Integrated service in New York."""
    return await by_hand(desk)


async def parts(desk: Desk, of: Upload) -> list[tuple[int, int, str | None, str | None, EntryVerdict, str | None]]:
    """Return the judged parts."""
    found = await entries_of(desk, of)
    return [(e.position, e.part, e.first, e.last, e.verdict, e.code) for e in found]


async def test_every_entry_gets_its_verdict(desk: Desk, dialog: Dialog) -> None:
    """With code and message where there is something to say."""
    made = await judged(desk, dialog, "+12125550100", "nonsense", "+390612345678", "+14165550100")
    kept = await entries_of(desk, made)
    assert [(e.verdict, e.code) for e in kept] == [
        (VALID, None),
        (INVALID, "NOT_E164"),
        (INVALID, "COUNTRY_MISMATCH"),
        (WARNING, "OTHER_COUNTRY"),
    ]
    assert [bool(e.message) for e in kept] == [False, True, True, True]


async def test_counts_are_numbers_not_entries(desk: Desk, dialog: Dialog) -> None:
    """Warnings are among the valid."""
    made = await judged(desk, dialog, span("+12125550100", "+12125550109"), "nonsense", "+14165550100")
    assert (made.status, made.total, made.valid, made.invalid, made.warnings) == (UploadStatus.VALIDATED, 12, 11, 1, 1)
    assert made.validated_at == desk.clock()
    assert await fetch(desk, made) == made


async def test_a_range_across_area_codes_is_cut_where_they_change(desk: Desk) -> None:
    """So that each part is taken apart by one rule."""
    milan = await by_hand(desk, country="IT")
    made = await judged(desk, milan, span("+390299999998", "+390300000001"))
    kept = await entries_of(desk, made)
    assert [(e.first, e.last, e.area_code) for e in kept if e.verdict is VALID] == [
        ("+390299999998", "+390299999999", "02"),
        ("+390300000000", "+390300000001", "030"),
    ]


async def test_a_range_beyond_its_cap_is_invalid(desk: Desk, dialog: Dialog) -> None:
    """And counts as one."""
    small = replace(desk, limits=Limits(range_numbers=10))
    made = await judged(small, dialog, span("+12125550100", "+12125550110"))
    assert [code for *_, code in await parts(desk, made)] == ["RANGE_TOO_LARGE"]
    assert (made.total, made.invalid) == (1, 1)


async def test_subscribers_see_the_judging_and_its_figures(desk: Desk, dialog: Dialog) -> None:
    """And it is on record."""
    made = await judged(desk, dialog, "+12125550100")
    assert (await announced(desk, dialog.service))[-2:] == [
        ("UPLOAD_STATUS", "DRAFT", "VALIDATING"),
        ("UPLOAD_STATUS", "VALIDATING", "VALIDATED"),
    ]
    assert (await audited(desk, made.id))[-1] == "UPLOAD_VALIDATED"


async def test_there_has_to_be_something_to_judge(desk: Desk, dialog: Dialog) -> None:
    """An empty upload stays a draft."""
    empty = await upload(desk, dialog)
    assert await refused(desk, validate(desk, Name(id=empty.id))) == [("NOTHING_TO_ADD", ("upload",))]
    assert (await fetch(desk, empty)).status is UploadStatus.DRAFT


async def test_a_submitted_upload_is_not_judged_again(desk: Desk, dialog: Dialog) -> None:
    """Its verdicts have been acted upon."""
    made = await judged(desk, dialog, "+12125550100")
    await submit(desk, Name(id=made.id))
    assert await refused(desk, validate(desk, Name(id=made.id))) == [("STATE_FORBIDS", ("upload",))]


async def test_a_validated_upload_can_be_judged_again(desk: Desk, dialog: Dialog) -> None:
    """Its numbers may have been taken since, and nothing else would show which."""
    made = await judged(desk, dialog, "+12125550100")
    await submit(desk, Name(id=(await judged(desk, await by_hand(desk), "+12125550100")).id))
    again = await validate(desk, Name(id=made.id))
    assert (made.valid, again.valid, again.invalid) == (1, 0, 1)
    assert [entry.code for entry in await entries_of(desk, again)] == ["TAKEN"]


async def test_an_upload_out_of_sight_is_not_judged(desk: Desk, dialog: Dialog) -> None:
    """Nor one that is not there."""
    made = await upload(desk, dialog, "+12125550100")
    stranger = seen_by(desk, scope_of(await provider(desk, "Stranger")))
    missing = [("NOT_FOUND", ("upload",))]
    assert await refused(desk, validate(stranger, Name(id=made.id, path=("upload",)))) == missing
    assert await refused(desk, validate(desk, Name(id=uuid4(), path=("upload",)))) == missing


async def test_an_upload_that_outgrew_a_lowered_cap_is_refused_with_a_code(desk: Desk, dialog: Dialog) -> None:
    """The setting was lowered between filling and judging."""
    made = await upload(desk, dialog, span("+12125550100", "+12125550109"))
    small = replace(desk, limits=Limits(upload_numbers=5))
    assert await refused(desk, validate(small, Name(id=made.id))) == [("UPLOAD_TOO_LARGE", ("upload",))]


@pytest.mark.usefixtures("few_at_once")
async def test_a_large_upload_is_left_to_a_job(desk: Desk, dialog: Dialog) -> None:
    """Up to the limit it is judged at once; the job then finishes what was begun."""
    small = await judged(desk, dialog, "+12125550100", "+12125550101")
    large = await judged(desk, dialog, span("+12125550100", "+12125550102"), "+12125550100")
    assert (small.status, large.status, large.validated_at) == (UploadStatus.VALIDATED, UploadStatus.VALIDATING, None)
    assert await jobs(desk) == [("validate_upload", None, None)]
    await finish_validation(desk, large.id)
    ended = await fetch(desk, large)
    assert (ended.status, ended.validated_at) == (UploadStatus.VALIDATED, desk.clock())
    assert figures(ended) == await counted(desk, large) == (0, 4, 3, 1, 0)
    assert (await announced(desk, dialog.service))[-2:] == [
        ("UPLOAD_STATUS", "DRAFT", "VALIDATING"),
        ("UPLOAD_STATUS", "VALIDATING", "VALIDATED"),
    ]
    assert (await audited(desk, large.id))[-1] == "UPLOAD_VALIDATED"


@pytest.mark.usefixtures("few_at_once")
async def test_a_job_that_is_run_again_changes_nothing_more(desk: Desk, dialog: Dialog) -> None:
    """Its worker may have died behind the commit."""
    large = await judged(desk, dialog, span("+12125550100", "+12125550109"))
    await finish_validation(desk, large.id)
    before = await everything(desk)
    await finish_validation(desk, large.id)
    assert await everything(desk) == before


@pytest.mark.usefixtures("few_at_once")
async def test_while_it_is_validated_an_upload_is_not_touched(desk: Desk, dialog: Dialog) -> None:
    """But it can be given up, and the job then leaves it alone."""
    large = await judged(desk, dialog, span("+12125550100", "+12125550109"))
    name = Name(id=large.id, path=("upload",))
    for attempt in (
        validate(desk, name),
        submit(desk, name),
        add_entries(desk, NewEntries(name, (single("+12125550199"),))),
        imported(desk, large, "+12125550199\n"),
        remove_entries(desk, name, [0]),
        update(desk, name, HeaderChanges(service_info="x")),
    ):
        assert await refused(desk, attempt) == [("STATE_FORBIDS", ("upload",))]
    assert (await cancel(desk, name)).status is UploadStatus.CANCELLED
    await finish_validation(desk, large.id)
    assert (await fetch(desk, large)).status is UploadStatus.CANCELLED


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Uploads of more than 2 numbers are large."""
    monkeypatch.setattr(judge, "AT_ONCE", 2)


async def test_entries_judged_by_other_rules_are_judged_again(desk: Desk, dialog: Dialog) -> None:
    """The calling code of the location was changed by a refresh."""
    made = await upload(desk, dialog, "+12125550100", "+390612345678")
    assert figures(made) == (0, 2, 1, 1, 0)
    async with desk.begin() as transaction:
        await transaction.session.execute(sql_update(Location).values(country="IT", calling_code="39"))
    again = await validate(desk, Name(id=made.id))
    assert [(e.verdict, e.code) for e in await entries_of(desk, made)] == [(INVALID, "COUNTRY_MISMATCH"), (VALID, None)]
    assert figures(again) == (0, 2, 1, 1, 0)
    assert again.judged_by != made.judged_by


async def test_entries_judged_before_a_limit_was_changed_are_judged_again(desk: Desk, dialog: Dialog) -> None:
    """The size of ranges, and the highest CAC value."""
    made = await upload(desk, dialog, span("+12125550100", "+12125550109"))
    await imported(desk, made, "Number,Number Type,CAC\n+12125550110,Service,30\n")
    small = replace(desk, limits=Limits(range_numbers=9, cac=29))
    assert figures(await validate(small, Name(id=made.id))) == (1, 2, 0, 2, 0)
    assert figures(await validate(desk, Name(id=made.id))) == (1, 11, 11, 0, 0)


async def test_entries_judged_by_mixed_rules_are_all_judged_again(desk: Desk, dialog: Dialog) -> None:
    """Some were put in before a limit was changed, some after."""
    small = replace(desk, limits=Limits(range_numbers=9))
    made = await upload(small, dialog, span("+12125550100", "+12125550109"))
    await add_entries(desk, NewEntries(Name(id=made.id), (span("+12125550110", "+12125550119"),)))
    again = await validate(desk, Name(id=made.id))
    assert figures(again) == (0, 20, 20, 0, 0)


async def test_an_upload_judged_by_the_same_rules_is_not_judged_anew(desk: Desk, dialog: Dialog) -> None:
    """Only what was in conflict is: the row versions of the others stay."""
    made = await upload(desk, dialog, "+12125550100", "+12125550100", "+12125550101")
    before = await _versions(desk)
    await validate(desk, Name(id=made.id))
    between = await _versions(desk)
    await validate(desk, Name(id=made.id))
    after = await _versions(desk)
    assert [old == new for old, new in zip(before, between, strict=True)] == [True, False, True]
    assert [old == new for old, new in zip(between, after, strict=True)] == [True, False, True]


async def _versions(desk: Desk) -> list[str]:
    async with desk.read() as reading:
        found = await reading.session.execute(text("SELECT xmin::text FROM upload_entry ORDER BY position, part"))
        return list(found.scalars())


async def test_questions_about_taken_numbers_are_limited(desk: Desk, dialog: Dialog) -> None:
    """By their numbers; the upload is left as it was, and it is said when to come again."""
    few = replace(desk, limits=Limits(taken_questions=10))
    made = await upload(few, dialog, span("+12125550100", "+12125550105"))
    await validate(few, Name(id=made.id))
    with pytest.raises(TooManyQuestions) as raised:
        await validate(few, Name(id=made.id))
    assert (raised.value.again, raised.value.path) == ("13:00 UTC", ("upload",))
    assert await refused(few, validate(few, Name(id=made.id))) == [("TOO_MANY_QUESTIONS", ("upload",))]
    assert (await fetch(desk, made)).status is UploadStatus.VALIDATED
    assert (await submit(few, Name(id=made.id))).submitted == 6


async def test_submitting_unjudged_entries_is_a_question_too(desk: Desk, dialog: Dialog) -> None:
    """Else it would be a way around."""
    few = replace(desk, limits=Limits(taken_questions=10))
    await judged(few, dialog, span("+12125550100", "+12125550105"))
    made = await upload(few, dialog, span("+12125550100", "+12125550105"))
    assert await refused(few, submit(few, Name(id=made.id))) == [("TOO_MANY_QUESTIONS", ("upload",))]


async def test_asking_about_taken_numbers_again_is_a_question_too(desk: Desk, dialog: Dialog) -> None:
    """Somebody could watch for the moment at which another one lets them go."""
    few = replace(desk, limits=Limits(taken_questions=17))
    await submitted(desk, await by_hand(desk), span("+12125550100", "+12125550105"))
    made = await judged(few, dialog, span("+12125550100", "+12125550105"))
    assert made.valid == 0
    assert await refused(few, validate(few, Name(id=made.id))) == [("TOO_MANY_QUESTIONS", ("upload",))]


async def test_numbers_that_are_compared_with_nothing_are_no_question(desk: Desk, dialog: Dialog) -> None:
    """Invalid by themselves: they may be judged as often as one likes, even when nothing more may be asked."""
    few = replace(desk, limits=Limits(taken_questions=1))
    await judged(few, dialog, span("+12125550100", "+12125550105"))
    made = await judged(few, dialog, "nonsense", "+390612345678")
    assert (await validate(few, Name(id=made.id))).status is UploadStatus.VALIDATED
    assert await refused(few, submit(few, Name(id=made.id))) == [("NOTHING_VALID", ("upload",))]


async def test_a_question_that_was_refused_on_other_grounds_has_been_asked(desk: Desk, dialog: Dialog) -> None:
    """Its answer was given by the refusal."""
    few = replace(desk, limits=Limits(taken_questions=17))
    await submitted(desk, await by_hand(desk), span("+12125550100", "+12125550105"))
    made = await upload(few, dialog, span("+12125550100", "+12125550105"))
    assert await refused(few, submit(few, Name(id=made.id)), told=WHY) == [("NOTHING_VALID", ("upload",))]
    assert await refused(few, submit(few, Name(id=made.id))) == [("TOO_MANY_QUESTIONS", ("upload",))]
