"""An upload in one call, and its dry run."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provisioning.desk import Desk, Limits
from provisioning.errors import InvalidEntries, NothingValid
from provisioning.uploads import whole
from provisioning.uploads.edit import cancel
from provisioning.uploads.fill import NewEntries, add_entries, import_file
from provisioning.uploads.judge import validate
from provisioning.uploads.start import start
from provisioning.uploads.submit import submit
from provisioning.uploads.whole import DryRun, WholeUpload, try_numbers, upload_numbers
from store import entries, uploads
from store.lookup import Name, one
from store.tables import Number, Service, TakenQuestion, Upload
from store.vocabulary import ErrorPolicy, UploadStatus
from tests.arrange import (
    Dialog,
    announced,
    audited,
    by_hand,
    count,
    counted,
    entries_of,
    everything,
    fetch,
    figures,
    header,
    numbers_of,
    provider,
    refused,
    removing,
    scope_of,
    seen_by,
    single,
    span,
    submitted,
)

IGNORE, REJECT = ErrorPolicy.IGNORE_FAILED, ErrorPolicy.REJECT_EVERYTHING
A, B, C = "+12125550100", "+12125550101", "+12125550102"


@pytest.fixture
async def dialog(desk: Desk) -> Dialog:
    """A Non-Integrated service in New York."""
    return await by_hand(desk)


def of(dialog: Dialog, *typed: Any, guess: bool = False, **changes: Any) -> WholeUpload:
    """Fill in everything."""
    made = tuple(single(entry) if isinstance(entry, str) else entry for entry in typed)
    return WholeUpload(header(dialog, **changes), made, guess=guess)


async def test_what_is_typed_comes_before_the_file_and_all_of_it_is_submitted(desk: Desk, dialog: Dialog) -> None:
    """With the steps of the dialog on record, and told."""
    done = await upload_numbers(desk, of(dialog, A, span(B, C)), BytesIO(f"{C}\n+12125550103\n".encode()), IGNORE)
    assert done.refusal is None
    assert (done.upload.status, done.upload.submitted) == (UploadStatus.COMPLETED, 4)
    assert [(e.line, e.code) for e in await entries_of(desk, done.upload)] == [
        (None, None),
        (None, None),
        (1, "DUPLICATE_IN_UPLOAD"),
        (2, None),
    ]
    assert figures(done.upload) == await counted(desk, done.upload) == (2, 5, 4, 1, 0)
    assert (await audited(desk, done.upload.id))[0] == "UPLOAD_STARTED"
    assert (await audited(desk, done.upload.id))[-2:] == ["UPLOAD_VALIDATED", "UPLOAD_SUBMITTED"]


async def test_subscribers_hear_every_step(desk: Desk, dialog: Dialog) -> None:
    """No status is left out."""
    await upload_numbers(desk, of(dialog, A), None, IGNORE)
    told = await announced(desk, dialog.service)
    assert [step[1:] for step in told if step[0] == "UPLOAD_STATUS"] == [
        ("DRAFT", "VALIDATING"),
        ("VALIDATING", "VALIDATED"),
        ("VALIDATED", "SUBMITTED"),
        ("SUBMITTED", "COMPLETED"),
    ]


async def test_an_upload_that_is_refused_stays_to_be_corrected(desk: Desk, dialog: Dialog) -> None:
    """With its verdicts and the reason."""
    mixed = await upload_numbers(desk, of(dialog, A, "nonsense"), None, REJECT)
    hopeless = await upload_numbers(desk, of(dialog, "nonsense"), None, IGNORE)
    assert isinstance(mixed.refusal, InvalidEntries)
    assert isinstance(hopeless.refusal, NothingValid)
    assert mixed.refusal.path == hopeless.refusal.path == ("entries",)
    for kept in (mixed.upload, hopeless.upload):
        assert (await fetch(desk, kept)).status is kept.status is UploadStatus.VALIDATED
        assert figures(kept) == await counted(desk, kept)
    assert await count(desk, Number) == 0


async def test_repairs_are_made_when_asked_for(desk: Desk, dialog: Dialog) -> None:
    """In what is typed and in the file."""
    content = BytesIO(b"12125550101\n")
    assert (await upload_numbers(desk, of(dialog, A[1:]), content, IGNORE)).upload.valid == 0
    done = await upload_numbers(desk, of(dialog, A[1:], guess=True), content, IGNORE)
    assert done.upload.submitted == 2
    assert [e.repairs for e in await entries_of(desk, done.upload)] == [["PLUS_ADDED"]] * 2


@pytest.mark.parametrize("attempt", ["upload", "dry run"])
@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"service_info": "x" * 201}, [("TEXT_TOO_LONG", ("serviceInfo",))]),
        ({"service_info": "a\x00"}, [("TEXT_INVALID", ("serviceInfo",))]),
        ({"reference": " "}, [("BLANK", ("reference",))]),
        ({"cac": 3}, [("CAC_FIXED", ("cacValue",))]),
    ],
    ids=["long info", "NUL", "blank reference", "CAC"],
)
async def test_the_header_is_checked_as_when_starting(
    desk: Desk, dialog: Dialog, attempt: str, changes: dict[str, Any], codes: Any
) -> None:
    """With the same codes; nothing is kept."""
    new = of(dialog, A, **changes)
    tries = {"upload": upload_numbers(desk, new, None, IGNORE), "dry run": try_numbers(desk, new, None, 10)}
    chosen = tries.pop(attempt)
    tries.popitem()[1].close()
    assert await refused(desk, chosen) == codes


async def test_what_cannot_begin_keeps_nothing(desk: Desk, dialog: Dialog) -> None:
    """No numbers, an unreadable file, too many numbers, somebody else's service, one in removal."""
    stranger = seen_by(desk, scope_of(await provider(desk, "Stranger")))
    small = replace(desk, limits=Limits(upload_numbers=2))
    for attempt, code in (
        (upload_numbers(desk, of(dialog), None, IGNORE), "NOTHING_TO_ADD"),
        (upload_numbers(desk, of(dialog), BytesIO(b""), IGNORE), "FILE_EMPTY"),
        (upload_numbers(desk, of(dialog, A), BytesIO(b'"open'), IGNORE), "FILE_MALFORMED"),
        (upload_numbers(small, of(dialog, span(A, C)), None, IGNORE), "UPLOAD_TOO_LARGE"),
        (upload_numbers(stranger, of(dialog, A), None, IGNORE), "NOT_FOUND"),
        (try_numbers(stranger, of(dialog, A), None, 10), "NOT_FOUND"),
    ):
        assert {found[0] for found in await refused(desk, attempt)} == {code}
    await removing(desk, dialog.service)
    assert await refused(desk, upload_numbers(desk, of(dialog, A), None, IGNORE)) == [
        ("SERVICE_REMOVING", ("service",))
    ]


async def test_the_same_request_is_done_once(desk: Desk, dialog: Dialog) -> None:
    """With the same key; without one it is done again, and finds the numbers here already."""
    new = of(dialog, A, reference="U-1")
    made = [await upload_numbers(desk, new, BytesIO(b"+12125550101\n"), IGNORE, "key") for _ in range(2)]
    assert made[0].upload.id == made[1].upload.id
    assert made[1].upload.status is UploadStatus.COMPLETED
    assert await count(desk, Number) == 2
    again = await upload_numbers(desk, of(dialog, A), None, IGNORE)
    assert isinstance(again.refusal, NothingValid)


@pytest.mark.parametrize("other", ["entries", "file", "no file", "guess", "header", "policy"])
async def test_a_key_is_for_one_request(desk: Desk, dialog: Dialog, other: str) -> None:
    """Whatever is different in the other one."""
    await upload_numbers(desk, of(dialog, A), BytesIO(b"+12125550101\n"), IGNORE, "key")
    same, file = of(dialog, A), BytesIO(b"+12125550101\n")
    attempts: dict[str, tuple[WholeUpload, BytesIO | None, ErrorPolicy]] = {
        "entries": (of(dialog, B), file, IGNORE),
        "file": (same, BytesIO(b"+12125550102\n"), IGNORE),
        "no file": (same, None, IGNORE),
        "guess": (of(dialog, A, guess=True), file, IGNORE),
        "header": (of(dialog, A, service_info="x"), file, IGNORE),
        "policy": (same, file, REJECT),
    }
    reused = [("IDEMPOTENCY_KEY_REUSED", ("idempotencyKey",))]
    assert await refused(desk, upload_numbers(desk, *attempts[other], "key")) == reused


async def test_a_request_that_died_half_way_is_finished_by_its_repetition(
    desk: Desk, dialog: Dialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prepared, but not submitted: the process ended between the two."""

    async def dying(*_: object) -> None:
        raise ConnectionResetError

    new = of(dialog, A)
    with monkeypatch.context() as patched:
        patched.setattr(whole, "submit", dying)
        with pytest.raises(ConnectionResetError):
            await upload_numbers(desk, new, None, IGNORE, "key")
    assert await count(desk, Number) == 0
    done = await upload_numbers(desk, new, None, IGNORE, "key")
    assert (done.upload.status, done.refusal) == (UploadStatus.COMPLETED, None)
    assert (await count(desk, Upload), await count(desk, Number)) == (1, 1)


@pytest.mark.parametrize("key", [None, "key"])
async def test_what_meets_somebody_at_work_when_it_is_submitted_is_kept_and_told(
    desk: Desk, dialog: Dialog, key: str | None
) -> None:
    """The upload is there to be submitted, where to repeat the request without a key would make another."""
    hurried = replace(desk, patience=timedelta(milliseconds=50))
    async with desk.begin() as working:
        await one(working, Service, Name(id=dialog.service.id), lock=True)
        met = await upload_numbers(hurried, of(dialog, A), None, IGNORE, key)

    assert met.refusal is not None
    assert (met.refusal.code, met.refusal.path) == ("BUSY", ())
    assert "uploadSubmit" in met.refusal.message
    assert (await fetch(desk, met.upload)).status is met.upload.status is UploadStatus.VALIDATED
    assert (await submit(desk, Name(id=met.upload.id))).status is UploadStatus.COMPLETED
    assert (await count(desk, Upload), await count(desk, Number)) == (1, 1)


async def test_a_repetition_goes_on_with_the_upload_that_met_somebody_at_work(desk: Desk, dialog: Dialog) -> None:
    """With the same key: it submits what is kept, and makes no other."""
    new, hurried = of(dialog, A), replace(desk, patience=timedelta(milliseconds=50))
    async with desk.begin() as working:
        await one(working, Service, Name(id=dialog.service.id), lock=True)
        met = [await upload_numbers(hurried, new, None, IGNORE, "key") for _ in range(2)]
    done = await upload_numbers(hurried, new, None, IGNORE, "key")

    assert {tried.upload.id for tried in met} == {done.upload.id}
    assert (done.upload.status, done.refusal) == (UploadStatus.COMPLETED, None)
    assert (await count(desk, Upload), await count(desk, Number)) == (1, 1)


async def test_a_refused_request_is_refused_again_for_the_same_reason(desk: Desk, dialog: Dialog) -> None:
    """And submitted where the reason is gone."""
    new = of(dialog, A, "nonsense")
    refusals = [(await upload_numbers(desk, new, None, REJECT, "key")).refusal for _ in range(2)]
    assert [type(refusal) for refusal in refusals] == [InvalidEntries] * 2
    assert await count(desk, Upload) == 1


async def test_the_same_request_twice_at_once_is_done_once(desk: Desk, dialog: Dialog) -> None:
    """Both get its answer, round after round."""
    for round_ in range(10):
        new = of(dialog, f"+1212555{round_:04}")
        both = (upload_numbers(desk, new, None, IGNORE, f"key {round_}") for _ in range(3))
        done = await asyncio.gather(*both)
        assert len({end.upload.id for end in done}) == 1
        assert [(end.upload.status, end.refusal) for end in done] == [(UploadStatus.COMPLETED, None)] * 3
    assert await count(desk, Number) == 10


async def test_a_cancelled_one_is_not_submitted_by_a_repetition(desk: Desk, dialog: Dialog) -> None:
    """Whoever gave it up meant it."""
    new = of(dialog, A, "nonsense")
    made = await upload_numbers(desk, new, None, REJECT, "key")
    await cancel(desk, Name(id=made.upload.id))
    assert (await upload_numbers(desk, new, None, REJECT, "key")).upload.status is UploadStatus.CANCELLED
    assert await count(desk, Number) == 0


async def test_a_dry_run_keeps_nothing(desk: Desk, dialog: Dialog) -> None:
    """But the question; the real one can follow, with the reference that the dry run named too."""
    before = await everything(desk)
    new = of(dialog, A, "nonsense", reference="U-1")
    await try_numbers(desk, new, BytesIO(b"+12125550101\n"), 10)
    assert await everything(desk) == before
    assert await count(desk, TakenQuestion) == 1
    assert (await upload_numbers(desk, new, None, IGNORE)).upload.reference == "U-1"
    await try_numbers(desk, new, None, 10)


async def test_a_dry_run_says_what_an_upload_would_come_to(desk: Desk, dialog: Dialog) -> None:
    """Counts, problems and ranges, the last two up to a limit."""
    await submitted(desk, await by_hand(desk), B)
    found = await try_numbers(desk, of(dialog, A, span(B, "+12125550109"), "nonsense", A), None, 2)
    assert {name: found.counts[name] for name in ("total", "valid", "invalid")} == {
        "total": 12,
        "valid": 9,
        "invalid": 3,
    }
    assert (found.entries.total, found.entries.invalid) == (4, 3)
    assert [entry.code for entry in found.problems] == ["TAKEN", "NOT_E164"]
    assert [(run.first, run.size) for run in found.spans] == [(A, 1), (C, 8)]


async def test_a_dry_run_has_a_cap_of_its_own(desk: Desk, dialog: Dialog) -> None:
    """Lower than an upload's: it answers at once."""
    small = replace(desk, limits=Limits(dry_run_numbers=2))
    assert await refused(desk, try_numbers(small, of(dialog, span(A, C)), None, 10)) == [
        ("UPLOAD_TOO_LARGE", ("entries",))
    ]
    assert (await upload_numbers(small, of(dialog, span(A, C)), None, IGNORE)).upload.submitted == 3


async def test_dry_runs_do_not_wait_for_each_other(desk: Desk, dialog: Dialog) -> None:
    """Nor for somebody who has the service locked."""
    async with desk.begin() as transaction:
        await one(transaction, Service, Name(id=dialog.service.id), lock=True)
        async with asyncio.timeout(5):
            found = await asyncio.gather(*(try_numbers(desk, of(dialog, A), None, 10) for _ in range(3)))
    assert [run.counts["valid"] for run in found] == [1, 1, 1]


TYPED = st.one_of(
    st.integers(0, 30).map(lambda n: single(f"+12125550{n:03}")),
    st.tuples(st.integers(0, 30), st.integers(-1, 9)).map(
        lambda ends: span(
            f"+12125550{ends[0]:03}", f"+12125550{ends[0] + ends[1]:03}" if ends[0] + ends[1] >= 0 else ""
        )
    ),
    st.sampled_from(["nonsense", "", "12125550105", "+390612345678", "+14165550100", "1.2E+10"]).map(single),
)
ROWS = st.sampled_from(
    [
        "+12125550103,,,",
        "+12125550110,+12125550114,,",
        "12125550111,,Service,30",
        "+12125550112,,Service,",
        ",,,9",
        "x,,,",
    ]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.lists(TYPED, min_size=1, max_size=6), file=st.lists(ROWS, max_size=4), guess=st.booleans())
async def test_a_dry_run_and_the_dialog_come_to_the_same(
    desk: Desk,
    dialog: Dialog,
    typed: list[Any],
    file: list[str],
    guess: bool,  # noqa: FBT001  # what is tried
) -> None:
    """Counts, problems and ranges, whatever is put in."""
    content = "\n".join(("Number,Range End,Number Type,CAC", *file)).encode() if file else None
    stream = None if content is None else BytesIO(content)
    tried = await try_numbers(desk, of(dialog, *typed, guess=guess), stream, 100)
    name = Name(id=(await start(desk, header(dialog))).id)
    await add_entries(desk, NewEntries(name, tuple(typed), guess))
    if content is not None:
        await import_file(desk, name, BytesIO(content), guess=guess)
    made = await validate(desk, name)
    async with desk.read() as reading:
        real = DryRun(
            uploads.counts(made),
            await entries.entry_figures(reading, made.id),
            await entries.problems(reading, made.id, 100),
            await entries.spans(reading, made.id, 100),
        )
    assert (tried.counts, tried.entries, tried.spans) == (real.counts, real.entries, real.spans)
    assert [_plain(problem) for problem in tried.problems] == [_plain(problem) for problem in real.problems]


def _plain(problem: Any) -> dict[str, Any]:
    return {name: value for name, value in problem.model_dump().items() if name != "upload_id"}


async def test_numbers_carry_the_terms_of_their_rows(desk: Desk, dialog: Dialog) -> None:
    """And the header's where a row has none."""
    content = b"Number,Number Type,CAC,Service Info\n+12125550101,Service,30,'=IVR\n+12125550102,,,Desk\n"
    await upload_numbers(desk, of(dialog, A, service_info="Main"), BytesIO(content), IGNORE)
    found = (await numbers_of(desk, dialog.service)).values()
    assert [(number.type.value, number.cac, number.service_info) for number in found] == [
        ("USER", 2, "Main"),
        ("SERVICE", 30, "=IVR"),
        ("USER", 2, "Desk"),
    ]
