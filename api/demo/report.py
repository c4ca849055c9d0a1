"""Printing what the API answered, as tables."""

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

Rows = list[dict[str, Any]]


def tenants(console: Console, rows: Rows) -> None:
    """Print the Tenant drop-down."""
    console.print("  tenants:", ", ".join(f"{row['name']} ({row['kind'].lower()})" for row in rows))


def locations(console: Console, rows: Rows) -> None:
    """Print the Location drop-down."""
    table = _table("Location", "Country", "Calling code", "PSTN connection", "Main number")
    for row in rows:
        table.add_row(row["name"], row["country"], row["callingCode"], row["pstnConnection"], row["mainNumber"])
    console.print(table)


def verdicts(console: Console, upload: dict[str, Any]) -> None:
    """Print how many numbers are valid, why each other one is not, and the ranges that were read."""
    counts = upload["counts"]
    console.print(f"  {counts['total']} numbers: {counts['valid']} valid, {counts['invalid']} invalid")
    table = _table("Line", "Entry", "Why it is invalid")
    for row in upload["entries"]["nodes"]:
        table.add_row(str(row["line"] or ""), row["raw"], f"{row['code']}: {row['message']}")
    console.print(table)
    for span in upload["ranges"]:
        console.print(f"  range {span['first']} to {span['last']} ({span['size']})")


def expanded(ranges: Rows) -> Iterator[str]:
    """Yield every number of the ranges."""
    for span in ranges:
        first, last = int(span["first"]), int(span["last"])
        yield from (f"+{number}" for number in range(first, last + 1))


def leads(console: Console, rows: Rows) -> None:
    """Print the Customer Leads page."""
    table = _table("Full Name", "Service Name", "Customer", "Channel Name", "Mode", "Status", "Consented On")
    for row in rows:
        table.add_row(
            row["fullName"],
            row["name"],
            row["customer"]["name"],
            row["channelName"],
            row["mode"].title(),
            row["status"].replace("_", " ").title(),
            row["consentedAt"],
        )
    console.print(table)


def numbers(console: Console, page: dict[str, Any]) -> None:
    """Print the first lines of the Numbers Management page."""
    table = _table("Number", "Country code", "Area code", "Subscriber", "Type", "Sync", "Location", "Calling profile")
    for row in page["nodes"][:5]:
        table.add_row(
            row["number"],
            row["callingCode"],
            row["areaCode"],
            row["subscriberNumber"],
            row["type"],
            row["syncState"],
            row["location"]["name"],
            row["callingProfile"]["name"],
        )
    console.print(table)


def _table(*columns: str) -> Table:
    table = Table(show_edge=False, pad_edge=True, box=None, header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
