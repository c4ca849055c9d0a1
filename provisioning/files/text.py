"""Text out of the bytes of a file: which encoding, which lines. Nothing but text gets past."""

import codecs
import re
from collections.abc import Iterator
from io import StringIO
from itertools import chain, takewhile
from typing import BinaryIO

from provisioning.files.faults import FileCode, FileRefused

_CHUNK_BYTES = 1 << 16
"""How much is read at a time; it bounds the memory, however large the file."""

_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How OLE2 compound files begin: .xls, and every workbook with a password."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte-order marks and the codecs that take them off."""

_WINDOWS = "cp1252"
"""What Excel writes in Western Europe and America when it does not write UTF-8."""

_BINARY = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
"""Control characters that no CSV file holds; tab, line ends, vertical tab and form feed are fine."""


def encoding_of(stream: BinaryIO, max_bytes: int) -> str:
    """Find the encoding of a file by reading all of it once, in chunks; it is left at its beginning.

    UTF-8 and UTF-16 with a byte-order mark, UTF-16 without, UTF-8, else Windows-1252. FileRefused: FILE_TOO_LARGE
    above `max_bytes`, FILE_IS_SPREADSHEET, FILE_NOT_CSV.
    """
    stream.seek(0)
    head = stream.read(_CHUNK_BYTES)
    if head.startswith(_COMPOUND_FILE):
        raise FileRefused(FileCode.FILE_IS_SPREADSHEET)
    sure = _marked(head) or _utf16_unmarked(head)
    for encoding in [sure] if sure else ["utf-8", _WINDOWS]:
        if _decodes(stream, encoding, max_bytes):
            stream.seek(0)
            return encoding
    raise FileRefused(FileCode.FILE_NOT_CSV)


def lines(stream: BinaryIO, encoding: str, max_line_chars: int) -> Iterator[str]:
    """Read lines with their ends, whichever they are (LF, CR LF, CR). FILE_LINE_TOO_LONG as soon as it is known."""
    return chain.from_iterable(_blocks(stream, encoding, max_line_chars))


def _blocks(stream: BinaryIO, encoding: str, max_line_chars: int) -> Iterator[list[str]]:
    """Read lines by the thousand, which costs far less than one by one."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    number, rest, more = 0, "", True
    while more:
        chunk = stream.read(_CHUNK_BYTES)
        more = bool(chunk)
        # Not str.splitlines, which takes more than LF, CR LF and CR for the end of a line: U+2028, for one.
        block = StringIO(rest + decoder.decode(chunk, final=not more), newline="").readlines()
        if max(map(len, block), default=0) > max_line_chars:
            good = list(takewhile(lambda line: len(line) <= max_line_chars, block))
            yield good
            raise FileRefused(FileCode.FILE_LINE_TOO_LONG, number + len(good) + 1)
        # The last line may go on in the next chunk; one that ends in CR may go on with LF.
        rest = block.pop() if more and block else ""
        number += len(block)
        yield block


def _marked(head: bytes) -> str | None:
    """Go by the byte-order mark."""
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)


def _utf16_unmarked(head: bytes) -> str | None:
    """Recognise UTF-16 by where its zero bytes are: in the same half of most pairs, as in Latin letters and digits."""
    even, odd = head[::2], head[1::2]
    if odd.count(0) > len(odd) // 2:
        return "utf-16-le"
    if even.count(0) > len(even) // 2:
        return "utf-16-be"
    return None


def _decodes(stream: BinaryIO, encoding: str, max_bytes: int) -> bool:
    """Read the whole file and say whether it is text in this encoding.

    Windows-1252 leaves five bytes undefined; they become U+FFFD, and the cell they are in fails by itself.
    """
    decoder = codecs.getincrementaldecoder(encoding)("replace" if encoding == _WINDOWS else "strict")
    size = 0
    stream.seek(0)
    try:
        while chunk := stream.read(_CHUNK_BYTES):
            size += len(chunk)
            if size > max_bytes:
                raise FileRefused(FileCode.FILE_TOO_LARGE)
            if _BINARY.search(decoder.decode(chunk)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
