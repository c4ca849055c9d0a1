"""The zip of an .xlsx workbook, watched while a library reads it: what it unpacks to, and what has to be kept of it."""

from collections.abc import Mapping
from io import BufferedIOBase
from typing import IO, Any, BinaryIO
from xml.parsers.expat import ParserCreate
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from openpyxl.xml.constants import SHEET_MAIN_NS

from provisioning.files.faults import FileCode, FileRefused

_CHUNK_BYTES = 1 << 16
"""How much of a part is unpacked at a time; it bounds the memory, however much is packed."""

_ITEMS = frozenset({f"{SHEET_MAIN_NS}}}row", f"{SHEET_MAIN_NS}}}si"})
"""Rows and shared texts: of their elements the library keeps none once they have been read."""

_MAX_ITEMS = 4_194_304
"""How many shared texts there may be: four for each row of a worksheet that is full."""

_MAX_ITEM_BYTES = 1 << 20
"""How much XML a row may be: a worksheet is 16,384 cells wide, and a cell without content takes 30 bytes."""

_MAX_OTHER_BYTES = 1 << 25
"""How much XML a part may hold between and beside its rows; line ends and indents of 1,048,576 rows take 17 MB."""

_MAX_OTHER_WORDS = 500_000
"""How many elements and attributes a part may hold outside of its rows; the library keeps each of them."""

_MAX_TAG_BYTES = 1 << 20
"""How long a tag may be: older versions of expat begin it anew with every chunk until it ends."""

_MAX_PARTS = 10_000
"""How many parts a workbook may have, sheets and pictures."""

_OTHER_SPREADSHEETS = frozenset({"content.xml", "xl/workbook.bin"})
"""What is in an .ods and an .xlsb."""


class Damaged(Exception):
    """The workbook holds what no program writes."""


class Package(ZipFile):
    """A workbook that is unpacked for reading. `left` is how many bytes may still be: a small zip can hold any amount.

    FileRefused FILE_IS_SPREADSHEET where it is one of another kind, FILE_NOT_CSV where it is none, FILE_TOO_LARGE.
    """

    def __init__(self, stream: BinaryIO, max_unpacked_bytes: int) -> None:
        super().__init__(stream)
        names = self.namelist()
        if not _OTHER_SPREADSHEETS.isdisjoint(names):
            raise FileRefused(FileCode.FILE_IS_SPREADSHEET)
        if not any(name.startswith("xl/") for name in names):
            raise FileRefused(FileCode.FILE_NOT_CSV)
        if len(names) > _MAX_PARTS:
            raise Damaged
        self.left = max_unpacked_bytes

    def open(self, name: str | ZipInfo, *_mode: Any, **_more: Any) -> IO[bytes]:
        """Open a part for reading."""
        info = name if isinstance(name, ZipInfo) else self.getinfo(name)
        # Others than these are no part of the format, and zipfile does not unpack them a chunk at a time.
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise Damaged
        # What the zip says of a part's size holds: zipfile hands out no more, and less is damage.
        self.left -= info.file_size
        if self.left < 0:
            raise FileRefused(FileCode.FILE_TOO_LARGE)
        return _Part(super().open(info))  # type: ignore[return-value]  # all of IO[bytes] that reading needs


class _Part(BufferedIOBase):
    """A part that is parsed a second time, for its size alone, before each chunk of it is handed out."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._parser = ParserCreate(namespace_separator="}")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        # No workbook has a document type, and with it go entities that stand for more than they are.
        self._parser.StartDoctypeDeclHandler = _refuse
        self._read = self._items = self._others = self._other_bytes = self._since = 0
        self._inside = False

    def read(self, size: int | None = -1) -> bytes:
        """Unpack the next bytes, all of the part by default."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(_CHUNK_BYTES), b""))
        chunk = self._stream.read(size)
        self._read += len(chunk)
        self._parser.Parse(chunk)
        self._check()
        return chunk

    def close(self) -> None:
        """Close the part, not the workbook."""
        self._stream.close()
        super().close()

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Begin an element."""
        if name in _ITEMS:
            if self._inside or self._items == _MAX_ITEMS:
                raise Damaged
            self._inside = True
            self._items += 1
            self._other_bytes += self._parser.CurrentByteIndex - self._since
            self._since = self._parser.CurrentByteIndex
        elif not self._inside:
            self._others += 1 + len(attributes)
            if self._others > _MAX_OTHER_WORDS:
                raise Damaged

    def _end(self, name: str) -> None:
        """End an element."""
        if name in _ITEMS:
            self._inside = False
            self._since = self._parser.CurrentByteIndex

    def _check(self) -> None:
        """Refuse what is too long and not at its end yet."""
        bytes_since = self._read - self._since
        if self._inside and bytes_since > _MAX_ITEM_BYTES:
            raise FileRefused(FileCode.FILE_LINE_TOO_LONG)
        if not self._inside and self._other_bytes + bytes_since > _MAX_OTHER_BYTES:
            raise Damaged
        if self._read - self._parser.CurrentByteIndex > _MAX_TAG_BYTES:
            raise Damaged


def _refuse(*_declared: object) -> None:
    """Refuse a document type."""
    raise Damaged
