"""The corpus: odd and damaged files, each with what has to come of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from provisioning.desk import Limits
from store.vocabulary import EntryVerdict
from tests.provisioning.files.workbooks import packed, workbook

A, B, C, D = "+12125550100", "+12125550101", "+12125550109", "+12125550110"
"""A and B stand together, C and D end and begin a ten."""

FOLDER = Path(__file__).parent
"""Where the files lie that can be read by eye; the others are made here."""


class Outcome(NamedTuple):
    """What comes of a row, or of a part of a range. `numbers` are those that would be uploaded."""

    line: int
    raw: str
    raw_last: str | None
    verdict: EntryVerdict
    code: str | None
    numbers: str | None
    repairs: tuple[str, ...] = ()


class Refusal(NamedTuple):
    """Why the file is refused as a whole; `line` where one is to blame."""

    code: str
    line: int | None = None


Expected = tuple[Outcome, ...] | Refusal


@dataclass(frozen=True, slots=True)
class Case:
    """One file: where it is imported, which numbers are live already, and what comes of it.

    With `guess`, damage is repaired; `ranges` are the valid numbers as they are shown, where that is worth a look.
    """

    name: str
    content: bytes
    expected: Expected
    country: str = "US"
    here: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    limits: Limits = Limits()  # noqa: RUF009  # frozen
    guess: bool = False
    ranges: tuple[str, ...] | None = None


def valid(line: int, raw: str, raw_last: str | None = None, numbers: str | None = None) -> Outcome:
    """Expect a row to pass; `numbers` where they are not just what stands there."""
    return Outcome(line, raw, raw_last, EntryVerdict.VALID, None, numbers or "-".join(filter(None, (raw, raw_last))))


def warned(line: int, raw: str) -> Outcome:
    """Expect a number of another country."""
    return Outcome(line, raw, None, EntryVerdict.WARNING, "OTHER_COUNTRY", raw)


def invalid(line: int, raw: str, code: str, raw_last: str | None = None) -> Outcome:
    """Expect a row, or a part of a range, to fail."""
    return Outcome(line, raw, raw_last, EntryVerdict.INVALID, code, None)


def stored(name: str, *outcomes: Outcome, **world: str) -> Case:
    """Take a file out of the folder."""
    return Case(name, (FOLDER / name).read_bytes(), outcomes, **world)  # type: ignore[arg-type]  # mypy sees one type for all


def refused(name: str, content: bytes, code: str, line: int | None = None, limits: Limits | None = None) -> Case:
    """Expect a file to be refused."""
    return Case(name, content, Refusal(code, line), limits=limits or Limits())


def single(name: str, raw: str, code: str | None = None, country: str = "US") -> Case:
    """Import one number, or what somebody took for one, in quotes."""
    quoted = raw.replace('"', '""')
    content = f'Number\r\n"{quoted}"\r\n'.encode()
    return Case(name, content, (invalid(2, raw, code) if code else valid(2, raw),), country)


def foreign(location: str, raw: str) -> Case:
    """Import a number of another country under the location's calling code."""
    return Case(f"{raw} for {location}", f"Number\n{raw}\n".encode(), (warned(2, raw),), location)


def span(name: str, first: str, last: str, code: str | None = None, country: str = "US") -> Case:
    """Import one range."""
    content = f"Number,Range End\n{first},{last}\n".encode()
    return Case(name, content, (invalid(2, first, code, last) if code else valid(2, first, last),), country)


COMMON = (valid(2, A), valid(3, B, C))
"""What comes of the same two rows, however they are written."""

ACCENTED = "Number;Caf\u00e9 \u20ac\r\n+12125550100;\u00e9\r\n"
"""A text that every encoding writes in another way."""

ENCODED = [
    Case(f"encoded as {encoding}", mark + ACCENTED.encode(encoding), (valid(2, A),))
    for encoding, mark in [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("cp1252", b""),
    ]
]

WRITTEN = [
    stored("comma.csv", *COMMON),
    stored("semicolon.csv", *COMMON),
    stored("tab.txt", *COMMON),
    stored("separator-line.csv", valid(3, A), valid(4, B, C)),
    stored("line-feeds.csv", valid(2, A), valid(3, B)),
    stored("carriage-returns.csv", valid(2, A), valid(3, B)),
    stored("mixed-line-ends.csv", valid(2, A), valid(3, B), valid(4, C)),
    stored("no-header.csv", valid(1, A), valid(2, B)),
    stored("no-header-two-columns.csv", valid(1, A, C), valid(2, D)),
    stored("header-other-case.csv", valid(2, A)),
    stored("header-other-order.csv", valid(2, A, C)),
    stored("extra-columns.csv", *COMMON),
    stored("blank-lines.csv", valid(4, A), valid(7, B)),
    stored("trailing-spaces.csv", valid(2, f"{A}  ", None, A), valid(3, f"  {B}", f"{C} ", f"{B}-{C}")),
    stored("no-break-spaces.csv", valid(2, f"\u00a0{A}\u00a0", None, A)),
    stored("zero-width.csv", valid(2, f"\u200b{A}\u200b", f"\u202a{C}\u202c", f"{A}-{C}")),
    stored("quoted.csv", valid(2, A), valid(3, B), valid(4, C), valid(6, D)),
    stored(
        "excel-damage.csv",
        invalid(2, "1.21279E+10", "DIGITS_LOST"),
        invalid(3, "+1.21279E+10", "DIGITS_LOST"),
        invalid(4, "12127881500", "PLUS_MISSING"),
        invalid(5, "12127881500.0", "DECIMAL_FIGURE"),
        invalid(6, "0012127881500", "DIALLING_PREFIX"),
        valid(7, f"'{A}", None, A),
        valid(8, f'="{B}"', None, B),
        valid(9, f'="{C}"', None, C),
    ),
    stored(
        "excel-damage-comma.csv",
        invalid(2, "1,21279E+10", "DIGITS_LOST"),
        invalid(3, "12127881500,0", "DECIMAL_FIGURE"),
        invalid(4, A, "DIGITS_LOST", "1,21279E+10"),
    ),
    stored("exported.csv", valid(2, f"'{A}", None, A), valid(3, f"'{B}", None, B), invalid(4, "'-1", "NOT_E164")),
]

REFUSED = [
    refused("empty", b"", "FILE_EMPTY"),
    refused("a byte-order mark and nothing else", b"\xef\xbb\xbf", "FILE_EMPTY"),
    refused("blank lines only", b"\r\n ,\r\n", "FILE_EMPTY"),
    refused("separator-only.csv", (FOLDER / "separator-only.csv").read_bytes(), "FILE_EMPTY"),
    refused("header-only.csv", (FOLDER / "header-only.csv").read_bytes(), "FILE_HEADER_ONLY"),
    refused("open-quote.csv", (FOLDER / "open-quote.csv").read_bytes(), "FILE_MALFORMED", 3),
    refused("no-number-column.csv", (FOLDER / "no-number-column.csv").read_bytes(), "FILE_NO_NUMBER_COLUMN", 1),
    refused("NUL bytes", f"Number\r\n{A}\x00\r\n".encode(), "FILE_NOT_CSV"),
    refused("a picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "FILE_NOT_CSV"),
    refused("one endless line", f"Number\r\n{A}\r\n".encode() + b"1" * 1_000_000, "FILE_LINE_TOO_LONG", 3),
    refused("over the row cap", f"Number\n\n{A}\n{B}\n{C}\n".encode(), "FILE_TOO_MANY_ROWS", 5, Limits(file_rows=2)),
    refused("over the byte cap", f"Number\n{A}\n".encode(), "FILE_TOO_LARGE", None, Limits(file_bytes=19)),
    refused(
        "an old workbook, or one with a password",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),
        "FILE_IS_SPREADSHEET",
    ),
    refused("an OpenDocument spreadsheet", packed({"mimetype": "x", "content.xml": "<x/>"}), "FILE_IS_SPREADSHEET"),
    refused("a zip that is no workbook", packed({"numbers.txt": A}), "FILE_NOT_CSV"),
    refused("half a workbook", workbook("<row/>")[:500], "FILE_DAMAGED"),
]

_TEXT_CELL = '<c r="{}" t="inlineStr"><is><t>{}</t></is></c>'

WORKBOOKS = [
    Case(
        "a workbook that is called .csv",
        workbook(
            f'<row r="1">{_TEXT_CELL.format("A1", "Number")}{_TEXT_CELL.format("B1", "Range End")}</row>'
            f'<row r="3">{_TEXT_CELL.format("A3", A)}</row>'
            '<row r="4"><c r="A4"><v>12127881500</v></c></row>'
            f'<row r="6">{_TEXT_CELL.format("A6", B)}{_TEXT_CELL.format("B6", C)}</row>'
        ),
        (valid(3, A), invalid(4, "12127881500", "PLUS_MISSING"), valid(6, B, C)),
    ),
]

GATE = [
    single("a formula", f"={A}", "NOT_E164"),
    Case("an apostrophe", f"Number\n'{A}\n".encode(), (valid(2, f"'{A}", None, A),)),
    Case("a byte-order mark in a cell", f"Number\n\ufeff{A}\n".encode(), (valid(2, f"\ufeff{A}", None, A),)),
    Case("a line end in a cell", f'Number\n"{A}\n"\n'.encode(), (valid(2, f"{A}\n", None, A),)),
    single("full-width digits", "\uff0b\uff11\uff12\uff11\uff12\uff15\uff15\uff15\uff10\uff11\uff10\uff10", "NOT_E164"),
    single("full-width digits behind a plus", "+1212555\uff10\uff11\uff10\uff10", "NOT_E164"),
    single("Arabic-Indic digits", "+1212555\u0660\u0661\u0660\u0660", "NOT_E164"),
    single("spaces inside", "+1 212 555 0100", "NOT_E164"),
    single("a URI", f"tel:{A}", "NOT_E164"),
    single("two pluses", f"+{A}", "NOT_E164"),
    single("vanity letters", "+1212555CALL", "NOT_E164"),
    single("an extension", f"{A} ext. 5", "NOT_E164"),
    single("a leading zero", "+0125550100", "NOT_E164"),
    single("six digits", "+121255", "TOO_SHORT"),
    single("seventeen digits that the library calls valid", "+49301234567890123", "TOO_LONG"),
    single("sixteen digits", "+4930123456789012", "TOO_LONG"),
    Case(
        "no number beside a note", f"Number,Note\n,x\n{A},y\n".encode(), (invalid(2, "", "MISSING_NUMBER"), valid(3, A))
    ),
]

PLANS = [
    single("another calling code", "+390612345678", "COUNTRY_MISMATCH"),
    single("an Italian number for a US location's digits", "+12125550100", "COUNTRY_MISMATCH", "IT"),
    single("the Vatican for Italy", "+390669812345", None, "IT"),
    single("an Italian leading zero", "+390612345678", None, "IT"),
    single("a number kept for fiction", "+12125550199"),
    single("an unknown number", "+12121999999", "INVALID_NUMBER"),
    single("a premium-rate number", "+19002345678", "PREMIUM_RATE"),
    single("a national prefix", "+4402079460000", "NATIONAL_PREFIX", "GB"),
    foreign("US", "+14165550100"),
    foreign("RU", "+77012345678"),
    foreign("VA", "+390612345678"),
    foreign("GB", "+441534456789"),
    foreign("RE", "+262269601234"),
    foreign("SH", "+2908999"),
    foreign("GP", "+590590271234"),
    foreign("CW", "+5997151234"),
    single("Svalbard for Norway", "+4779123456", None, "NO"),
    single("the Cocos Islands for Australia", "+61891621234", None, "AU"),
    single("Western Sahara for Morocco", "+212528812345", None, "MA"),
    single("Aland for Finland", "+35818123456", None, "FI"),
    *(
        single(f"calling code {code}, which has no country", f"+{code}12345678", "COUNTRY_MISMATCH")
        for code in ("800", "808", "870", "878", "881", "882", "883", "888", "979")
    ),
]


def _rows(*rows: str) -> bytes:
    """Write a file of numbers and ranges."""
    return "\n".join(("Number,Range End", *rows)).encode()


def _ranges() -> Iterator[Case]:
    """Expect what has to come of ranges; a range with different outcomes comes in parts."""
    yield Case("equal ends", _rows(f"{A},{A}"), (valid(2, A, A, A),))
    yield span("reversed", C, A, "RANGE_REVERSED")
    yield span("different lengths", A, "+121255501090", "RANGE_LENGTHS_DIFFER")
    yield span("different calling codes", A, "+44207946010", "RANGE_CALLING_CODES_DIFFER")
    yield span("the first end missing", "", C, "RANGE_END_MISSING")
    yield Case("the last end missing", _rows(f"{A},"), (valid(2, A),))
    yield span("a last end that is no number", A, "0109", "NOT_E164")
    yield Case(
        "larger than its cap",
        _rows(f"{A},{D}"),
        (invalid(2, A, "RANGE_TOO_LARGE", D),),
        limits=Limits(range_numbers=10),
    )
    yield Case("as large as its cap", _rows(f"{A},{C}"), (valid(2, A, C),), limits=Limits(range_numbers=10))
    for name, held, code in (("here", "here", "ALREADY_ON_SERVICE"), ("elsewhere", "elsewhere", "TAKEN")):
        parts = (
            valid(2, A, C, "+12125550100-+12125550103"),
            invalid(2, A, code, C),
            valid(2, A, C, "+12125550106-+12125550109"),
        )
        live = ("+12125550104", "+12125550105")
        yield Case(f"numbers in the middle live {name}", _rows(f"{A},{C}"), parts, **{held: live})  # type: ignore[arg-type]  # mypy sees one type for all
    first, last = "+3725189998", "+3725195001"
    yield Case(
        "numbers in the middle that do not exist",
        _rows(f"{first},{last}"),
        (
            valid(2, first, last, "+3725189998-+3725189999"),
            invalid(2, first, "INVALID_NUMBER", last),
            valid(2, first, last, "+3725195000-+3725195001"),
        ),
        "EE",
    )
    yield Case(
        "two that overlap",
        _rows(f"{A},+12125550105", f"+12125550103,{C}"),
        (
            valid(2, A, "+12125550105"),
            invalid(3, "+12125550103", "DUPLICATE_IN_UPLOAD", C),
            valid(3, "+12125550103", C, f"+12125550106-{C}"),
        ),
    )
    yield Case(
        "a number, then in a range",
        _rows(f"{B},", f"{A},{C}"),
        (valid(2, B), valid(3, A, C, A), invalid(3, A, "DUPLICATE_IN_UPLOAD", C), valid(3, A, C, f"+12125550102-{C}")),
    )
    yield Case(
        "in a range, then by itself",
        _rows(f"{A},{C}", f"{B},"),
        (valid(2, A, C), invalid(3, B, "DUPLICATE_IN_UPLOAD")),
    )
    yield span("leading zeros", "+390612345600", "+390612345609", None, "IT")
    yield Case("neighbours one by one", _rows(f"{A},", f"{B},"), (valid(2, A), valid(3, B)))


RANGES = list(_ranges())


def repaired(line: int, raw: str, numbers: str, *repairs: str, raw_last: str | None = None) -> Outcome:
    """Expect a row to pass after a guess."""
    return Outcome(line, raw, raw_last, EntryVerdict.VALID, None, numbers, repairs)


REPAIRS = [
    Case(
        "excel-damage.csv, repaired",
        (FOLDER / "excel-damage.csv").read_bytes(),
        (
            invalid(2, "1.21279E+10", "DIGITS_LOST"),
            invalid(3, "+1.21279E+10", "DIGITS_LOST"),
            repaired(4, "12127881500", "+12127881500", "PLUS_ADDED"),
            invalid(5, "12127881500.0", "DUPLICATE_IN_UPLOAD")._replace(repairs=("DECIMALS_REMOVED",)),
            invalid(6, "0012127881500", "DUPLICATE_IN_UPLOAD")._replace(repairs=("DIALLING_PREFIX_REPLACED",)),
            valid(7, f"'{A}", None, A),
            valid(8, f'="{B}"', None, B),
            valid(9, f'="{C}"', None, C),
        ),
        guess=True,
        ranges=(f"{A}-{B}", C, "+12127881500"),
    ),
    Case(
        "a range whose ends are damaged in two ways",
        _rows(f"{A[1:]},00{C[1:]}"),
        (repaired(2, A[1:], f"{A}-{C}", "PLUS_ADDED", "DIALLING_PREFIX_REPLACED", raw_last=f"00{C[1:]}"),),
        guess=True,
    ),
    Case(
        "separators",
        b"Number\n+1 (212) 555-0100\n+1.212.555.0101\n+1 212 555 CALL\n",
        (
            repaired(2, "+1 (212) 555-0100", A, "SEPARATORS_REMOVED"),
            repaired(3, "+1.212.555.0101", B, "SEPARATORS_REMOVED"),
            invalid(4, "+1 212 555 CALL", "NOT_E164"),
        ),
        guess=True,
    ),
    Case(
        "a repaired number of another country",
        b"Number\n390612345678\n",
        (invalid(2, "390612345678", "COUNTRY_MISMATCH")._replace(repairs=("PLUS_ADDED",)),),
        guess=True,
    ),
    Case("nothing to repair", _rows(f"{A},"), (valid(2, A),), guess=True),
]

TERMS = [
    Case(
        "rows of other types",
        f"Number,Number Type,CAC Value,Phone Type\n{A},Service,30,\n{B},Service,,\n{C},Fax,,\n{D},,,DID\n".encode(),
        (
            valid(2, A),
            invalid(3, B, "CAC_REQUIRED"),
            invalid(4, C, "NUMBER_TYPE_UNKNOWN"),
            invalid(5, D, "PHONE_TYPE_NOT_OFFERED"),
        ),
    ),
]

SHOWN = [
    Case(
        "neighbours are shown as one range",
        _rows(f"{C},{D}", f"{B},", f"{A},", "+12125550103,+12125550108"),
        (valid(2, C, D), valid(3, B), valid(4, A), valid(5, "+12125550103", "+12125550108")),
        ranges=(f"{A}-{B}", f"+12125550103-{D}"),
    ),
    Case(
        "what is refused makes a gap",
        _rows(f"{A},{C}", f"{D},"),
        (
            valid(2, A, C, f"{A}-{B}"),
            invalid(2, A, "TAKEN", C),
            valid(2, A, C, f"+12125550103-{C}"),
            valid(3, D),
        ),
        elsewhere=("+12125550102",),
        ranges=(f"{A}-{B}", f"+12125550103-{D}"),
    ),
    Case(
        "a leading zero in a range that is shown",
        _rows("+390612345600,", "+390612345601,"),
        (valid(2, "+390612345600"), valid(3, "+390612345601")),
        "IT",
        ranges=("+390612345600-+390612345601",),
    ),
    Case("nothing valid shows nothing", _rows("x,"), (invalid(2, "x", "NOT_E164"),), ranges=()),
]

CASES = [*ENCODED, *WRITTEN, *REFUSED, *WORKBOOKS, *GATE, *PLANS, *RANGES, *REPAIRS, *TERMS, *SHOWN]
"""All of them."""
