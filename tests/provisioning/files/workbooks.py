"""Workbooks for tests, put together from XML: good ones, odd ones, and such as no program writes."""

import io
import zipfile
from collections.abc import Mapping

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

HEAD = f'<worksheet xmlns="{_SHEET}"><sheetData>'
TAIL = "</sheetData></worksheet>"


def workbook(*sheets: str, shared: str = "", styles: str = "", states: str = "", settings: str = "") -> bytes:
    """Make a workbook; each sheet is the XML of its rows, `states` a letter for each sheet: h for hidden."""
    numbered = list(enumerate(sheets, start=1))
    hidden = {number for number, letter in enumerate(states, start=1) if letter == "h"}
    listed = "".join(
        f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}" state="{"hidden" if n in hidden else "visible"}"/>'
        for n, _ in numbered
    )
    parts = {f"xl/worksheets/sheet{n}.xml": f"{HEAD}{rows}{TAIL}" for n, rows in numbered}
    related = {f"r{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n, _ in numbered}
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><workbookPr {settings}/><sheets>{listed}</sheets></workbook>'
    )
    if shared:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_SHEET}">{shared}</sst>'
        related["t"] = ("sharedStrings", "/xl/sharedStrings.xml")
    if styles:
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{_SHEET}">{styles}</styleSheet>'
        related["s"] = ("styles", "styles.xml")
    parts["xl/_rels/workbook.xml.rels"] = _relations(related)
    parts["_rels/.rels"] = _relations({"r1": ("officeDocument", "xl/workbook.xml")})
    return packed({"[Content_Types].xml": _types(parts), **parts})


def packed(parts: Mapping[str, str], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Zip parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def repacked(content: bytes, part: str, old: str, new: str, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Change the text of one part of a workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert old in parts[part]
    return packed({**parts, part: parts[part].replace(old, new)}, packing)


def _types(parts: Mapping[str, str]) -> str:
    listed = "".join(
        f'<Override PartName="/{part}" ContentType="{_CONTENT}.{kind}+xml"/>'
        for part, kind in (("xl/workbook.xml", "sheet.main"), ("xl/sharedStrings.xml", "sharedStrings"))
        if part in parts
    )
    return f'<Types xmlns="{_PACKAGE}/content-types">{listed}</Types>'


def _relations(related: Mapping[str, tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="{id_}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for id_, (kind, target) in related.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'
