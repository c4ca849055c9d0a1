"""Encodings and lines."""

import io

import pytest

from provisioning.files.faults import FileCode, FileRefused
from provisioning.files.text import encoding_of, lines

TEXT = "Number;Info\r\n+12125550100;Caf\u00e9 \u20ac\r\n"
LATVIAN = "Number;Info\r\n+37121234567;\u0100da\u017ei\r\n"


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
        ("ascii", "utf-8"),
    ],
)
def test_an_encoding_is_found_and_reads_the_text(encoding: str, found: str) -> None:
    """With and without a byte-order mark; the mark is gone."""
    text = TEXT if encoding != "ascii" else "Number\r\n+12125550100\r\n"
    stream = io.BytesIO(text.encode(encoding))
    assert encoding_of(stream, 1_000) == found
    assert "".join(lines(stream, found, 100)) == text


def test_utf16_big_endian_with_a_mark_is_read() -> None:
    """The other byte order."""
    stream = io.BytesIO(b"\xfe\xff" + TEXT.encode("utf-16-be"))
    assert "".join(lines(stream, encoding_of(stream, 1_000), 100)) == TEXT


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_may_hold_letters_with_a_zero_byte_of_their_own(encoding: str) -> None:
    """U+0100 has its zero where Latin letters have none."""
    assert encoding_of(io.BytesIO(LATVIAN.encode(encoding)), 1_000) == encoding


def test_utf8_is_known_to_the_last_byte() -> None:
    """A Windows-1252 byte far behind the first chunk decides."""
    stream = io.BytesIO(b"+12125550100\n" * 20_000 + b"\xe9\n")
    assert encoding_of(stream, 1_000_000) == "cp1252"


def test_a_character_across_two_chunks_is_utf8() -> None:
    """Two bytes, one on each side of the border."""
    stream = io.BytesIO(b"x" * 65_535 + "\u00e9".encode() + b"\n")
    assert encoding_of(stream, 1_000_000) == "utf-8"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", FileCode.FILE_IS_SPREADSHEET),
        (b"+12125550100\n\x00\x00\n", FileCode.FILE_NOT_CSV),
        (b"\x89PNG\r\n\x1a\n\x00\x00", FileCode.FILE_NOT_CSV),
        (b"\x00" * 100, FileCode.FILE_NOT_CSV),
        (b"\xff\xfe+", FileCode.FILE_NOT_CSV),
        (b"%PDF-1.7\n\x01\x02", FileCode.FILE_NOT_CSV),
        (b"x" * 101, FileCode.FILE_TOO_LARGE),
    ],
)
def test_what_is_no_text_or_too_large_is_refused(content: bytes, code: FileCode) -> None:
    """A hundred bytes are allowed here."""
    with pytest.raises(FileRefused) as raised:
        encoding_of(io.BytesIO(content), 100)
    assert raised.value.code is code


def test_a_file_at_its_cap_is_read() -> None:
    """The cap itself is allowed."""
    assert encoding_of(io.BytesIO(b"x" * 100), 100) == "utf-8"


def test_lines_end_in_any_way() -> None:
    """LF, CR LF, CR, and the last without an end."""
    stream = io.BytesIO(b"a\nb\r\nc\rd")
    assert list(lines(stream, "utf-8", 10)) == ["a\n", "b\r\n", "c\r", "d"]


def test_a_line_too_long_is_refused_by_its_number_before_it_is_read_whole() -> None:
    """One endless line does not fill the memory."""
    stream = io.BytesIO(b"short\n" + b"x" * 1_000_000)
    with pytest.raises(FileRefused) as raised:
        list(lines(stream, "utf-8", 10))
    assert (raised.value.code, raised.value.line) == (FileCode.FILE_LINE_TOO_LONG, 2)
    assert stream.tell() < 100_000


@pytest.mark.parametrize("size", [65_534, 65_535, 65_536, 65_537])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_may_end_where_a_chunk_ends(size: int, end: str) -> None:
    """CR and LF in two chunks are one end."""
    text = ["x" * (size - len(end)) + end, f"b{end}", "c"]
    assert list(lines(io.BytesIO("".join(text).encode()), "utf-8", 100_000)) == text


def test_only_line_ends_end_lines() -> None:
    """Not what else Unicode or a terminal takes for one."""
    text = "a\u2028b\u0085c\u2029d\x0be\x0cf\n"
    assert list(lines(io.BytesIO(text.encode()), "utf-8", 100)) == [text]


def test_lines_before_one_too_long_are_given() -> None:
    """So that what is wrong with them is said first."""
    reading = lines(io.BytesIO(b"a\nb\n" + b"x" * 20), "utf-8", 10)
    assert [next(reading), next(reading)] == ["a\n", "b\n"]
    with pytest.raises(FileRefused):
        next(reading)


def test_the_stream_stays_open() -> None:
    """It belongs to the caller."""
    stream = io.BytesIO(b"a\nb\n")
    reading = lines(stream, "utf-8", 10)
    next(reading)
    del reading
    assert not stream.closed
