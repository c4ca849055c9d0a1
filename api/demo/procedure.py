"""The procedure of "Upload Numbers", step by step."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from api.demo import documents, report, sample
from api.demo.client import Client
from api.demo.consenting import LINK, consent, numbers_in_control_hub

PATIENCE_S = 120
"""How long the demo waits for all of it."""

ENDED = frozenset({"COMPLETED", "PARTIAL", "FAILED"})
"""The statuses in which an upload is over."""


@dataclass(slots=True)
class Procedure:
    """One run of the demo, as a provider's operator would do it."""

    client: Client
    control_hub: str
    console: Console
    statuses: list[str] = field(default_factory=list)
    moved: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def run(self) -> bool:
        """Do it all; return whether the service is Ready and Control Hub has exactly the valid numbers."""
        profile, customer = await self._prepare()
        service = await self._onboard(customer)
        async with asyncio.timeout(PATIENCE_S), self._watching(service):
            await self._consent()
            location = await self._attach(service)
            connection = await self._connect(service, profile)
            upload = await self._fill(service, location, connection)
            valid = await self._validate(upload)
            ended = await self._submit(upload)
            await self._status("READY")
        return await self._check(service, valid) and ended == "COMPLETED"

    async def _prepare(self) -> tuple[str, str]:
        self._step("The platform's operator creates a service provider, a channel, a calling profile and a customer")
        provider = await self._make(documents.TENANT_CREATE, "tenant", kind="SERVICE_PROVIDER", name="Alpine Telecom")
        channel = await self._make(
            documents.TENANT_CREATE, "tenant", kind="CHANNEL", name="Navigli Resale", parent={"id": provider["id"]}
        )
        devices = [{"name": "sbc-mil-1", "trunks": ["mil-1a"]}, {"name": "sbc-mil-2", "trunks": ["mil-2a"]}]
        profile = await self._make(
            documents.PROFILE_CREATE,
            "callingProfile",
            name="Italy North",
            carrier="Alpine Telecom",
            region="Europe",
            sbcDevices=devices,
            emergencyStrings=["112"],
        )
        customer = await self._make(
            documents.CUSTOMER_CREATE,
            "customer",
            tenant={"id": channel["id"]},
            name=sample.CUSTOMER,
            fullName=sample.ORGANIZATION,
            adminEmail=sample.ADMIN,
        )
        return profile["id"], customer["id"]

    async def _onboard(self, customer: str) -> str:
        self._step("Step 1 and 2: on the Customer Leads page, choose the tenant; an Integrated service is onboarded")
        report.tenants(self.console, (await self.client.run(documents.TENANTS))["tenants"]["nodes"])
        service = await self._make(
            documents.ONBOARD,
            "service",
            customer={"id": customer},
            name="Cloud Connect Milan",
            kind="WEBEX_CLOUD_CONNECT",
            mode="INTEGRATED",
        )
        return str(service["id"])

    async def _consent(self) -> None:
        await self._status("PENDING_CONSENT")
        self._step("The administrator opens the invitation and consents at Control Hub")
        letter = await self._letter()
        self.console.print(f"  letter to {letter['to']}: {letter['subject']}")
        link = LINK.search(letter["text"])
        assert link is not None  # noqa: S101  # the letter is ours
        self.console.print(f"  the consent page says: {await consent(link[0], sample.ORGANIZATION)}")
        await self._status("PENDING_PROVISIONING")

    async def _letter(self) -> dict[str, Any]:
        while True:
            letters = (await self.client.get(f"/outbox?to={sample.ADMIN}")).json()["letters"]
            if letters:
                letter: dict[str, Any] = letters[0]
                return letter
            await asyncio.sleep(0.1)

    async def _attach(self, service: str) -> str:
        self._step("Step 3 and 4: choose the service, and a location that Control Hub has")
        while True:
            found = await self.client.run(documents.LOCATIONS, by={"id": service})
            if locations := found["service"]["locations"]["nodes"]:
                break
            await asyncio.sleep(0.1)
        report.locations(self.console, locations)
        wanted = next(location for location in locations if location["name"] == sample.LOCATION)
        await self._make(documents.ATTACH, "location", location={"id": wanted["id"]})
        self.console.print(f"  attached: {wanted['name']}, whose numbers begin with +{wanted['callingCode']}")
        return str(wanted["id"])

    async def _connect(self, service: str, profile: str) -> str:
        self._step("Step 5: a PSTN SIP connection, mapped to an SBC by its calling profile")
        connection = await self._make(
            documents.CONNECTION_CREATE,
            "sipConnection",
            service={"id": service},
            name="pstn-milan",
            callingProfile={"id": profile},
        )
        return str(connection["name"])

    async def _fill(self, service: str, location: str, connection: str) -> str:
        self._step("Step 6 to 9: service info, number type User (CAC value 2), Webex phone type DID")
        upload = await self._make(
            documents.START,
            "upload",
            service={"id": service},
            location={"id": location},
            sipConnection={"name": connection},
            serviceInfo="Head office",
            numberType="USER",
            webexPhoneType="DID",
        )
        self._step("Step 10 to 12: add a single number and a range")
        first, last = sample.RANGE
        entries = [{"single": sample.SINGLE}, {"range": {"first": first, "last": last}}]
        await self._make(documents.ADD, "upload", upload={"id": upload["id"]}, entries=entries)
        self.console.print(f"  {sample.SINGLE} and {first} to {last}")
        await self._import(upload["id"])
        return str(upload["id"])

    async def _import(self, upload: str) -> None:
        self._step("Step 13 to 15: download the numbers template, fill it in, import it")
        template = (await self.client.get("/templates/numbers.csv")).text
        self.console.print(f"  the template begins with {template.splitlines()[:2]}")
        content = sample.csv_file()
        given = {"upload": {"id": upload}, "source": {"file": None}}
        await self.client.send_file(documents.IMPORT, "numbers.csv", content, input=given)

    async def _validate(self, upload: str) -> set[str]:
        payload = await self.client.run(documents.VALIDATE, input={"upload": {"id": upload}})
        report.verdicts(self.console, payload["upload"])
        return set(report.expanded(payload["upload"]["ranges"]))

    async def _submit(self, upload: str) -> str:
        self._step("Submit; the numbers go to Control Hub")
        await self.client.run(documents.SUBMIT, input={"upload": {"id": upload}})
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=self.console) as progress:
            bar = progress.add_task("syncing", total=None)
            async with aclosing(self.client.follow(documents.PROGRESS, upload={"id": upload})) as steps:
                async for step in steps:
                    now = step["uploadProgressed"]
                    counts = now["counts"]
                    done = counts["added"] + counts["failed"]
                    progress.update(bar, total=counts["submitted"], completed=done, description=now["status"])
                    if now["status"] in ENDED:
                        return str(now["status"])
        raise ConnectionError("the subscription ended before the upload did")

    async def _check(self, service: str, valid: set[str]) -> bool:
        self._step("Step 16: on the Customer Leads page the status is shown")
        leads = (await self.client.run(documents.SERVICES, filter={"search": sample.CUSTOMER}))["services"]["nodes"]
        report.leads(self.console, leads)
        self._step("Step 17: on the Numbers Management page the new numbers are shown")
        page = (await self.client.run(documents.NUMBERS, filter={"service": {"id": service}}))["numbers"]
        report.numbers(self.console, page)
        there = await numbers_in_control_hub(self.control_hub, sample.ORGANIZATION)
        self.console.print(
            f"  {page['totalCount']} numbers here, {len(there)} in Control Hub, {len(valid)} were valid: "
            f"{'the same numbers' if there == valid else 'THEY DIFFER'}"
        )
        return there == valid and page["totalCount"] == len(valid) and leads[0]["status"] == "READY"

    async def _make(self, document: str, field_name: str, /, **given: Any) -> dict[str, Any]:
        made: dict[str, Any] = (await self.client.run(document, input=given))[field_name]
        return made

    @asynccontextmanager
    async def _watching(self, service: str) -> AsyncIterator[None]:
        """Print each status as it arrives, while the block runs; if that fails, all fails."""
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self._watch(service))
            yield
            task.cancel()

    async def _watch(self, service: str) -> None:
        async with aclosing(self.client.follow(documents.STATUS, services=[{"id": service}])) as changes:
            async for change in changes:
                status = change["serviceStatusChanged"]["status"]
                self.console.print(f"  [bold green]status: {status.replace('_', ' ').title()}[/]")
                async with self.moved:
                    self.statuses.append(status)
                    self.moved.notify_all()

    async def _status(self, wanted: str) -> None:
        async with self.moved:
            await self.moved.wait_for(lambda: wanted in self.statuses)

    def _step(self, text: str) -> None:
        self.console.print(f"\n[bold]{text}[/]")
