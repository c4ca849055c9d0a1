"""The Upload Numbers dialog: entries, verdicts, and what may follow what."""

from tests.api.journey import (
    Api,
    Site,
    added,
    block,
    connected,
    estate,
    eventually,
    mutation,
    plain_site,
    started,
    submitted,
)

VERDICTS = (
    "status counts { total valid invalid warnings } entries { nodes { raw rawLast first last size verdict code } }"
)


async def test_in_italy_every_number_begins_with_39(api: Api) -> None:
    """The procedure's example: numbers carry the calling code of the location's country."""
    site = await plain_site(api)
    italy = await api.make(
        "locationCreate", service={"id": site.service}, name="Milan", country="it", callingCode="+39"
    )
    await api.make("locationAttach", location={"id": italy})
    upload = await started(api, site, location={"id": italy})
    await added(api, upload, "+390255512345", f"{block()}001")

    judged = await api.make("uploadValidate", VERDICTS, upload={"id": upload})

    assert [(e["raw"][:3], e["verdict"], e["code"]) for e in judged["entries"]["nodes"]] == [
        ("+39", "VALID", None),
        ("+12", "INVALID", "COUNTRY_MISMATCH"),
    ]


async def test_uploads_of_one_reference_are_told_apart_by_their_services(api: Api, unique: str) -> None:
    """A reference is unique in its service alone; by itself it may mean several, and is then refused."""
    owner = await estate(api)
    sites = [await plain_site(api, owner, reference=f"{unique}-{name}", name=name) for name in ("one", "two")]
    made = [await started(api, site, reference=unique) for site in sites]
    read = "query($by: UploadBy!) { upload(by: $by) { id } }"

    for number, (site, upload) in enumerate(zip(sites, made, strict=True)):
        for service in ({"id": site.service}, {"reference": f"{unique}-{('one', 'two')[number]}"}):
            named = {"inService": {"service": service, "reference": unique}}
            assert await api.query(read, by=named) == {"upload": {"id": upload}}
            assert await api.make("uploadUpdate", upload=named, serviceInfo="Fax") == upload
    assert await api.codes(read, by={"reference": unique}) == ["AMBIGUOUS_REFERENCE"]
    nowhere = {"inService": {"service": {"id": sites[0].service}, "reference": "none"}}
    assert await api.query(read, by=nowhere) == {"upload": None}


async def test_every_bad_entry_is_reported_at_once(api: Api, site: Site) -> None:
    """Each with its own reason; none of them keeps the others from being judged."""
    free = block()
    taken = f"{free}900"
    await submitted(api, site, taken)
    upload = await started(api, site)
    entries = [
        f"{free}001",
        "",
        "nonsense",
        "12125550100",
        "+1212",
        f"{free}001",
        taken,
        "1.21256E+10",
        "0012125550100",
    ]
    await added(api, upload, *entries, (f"{free}020", f"{free}010"), (f"{free}030", "+390255512345"))

    judged = await api.make("uploadValidate", VERDICTS, upload={"id": upload})

    assert [entry["code"] for entry in judged["entries"]["nodes"]] == [
        None,
        "MISSING_NUMBER",
        "NOT_E164",
        "PLUS_MISSING",
        "TOO_SHORT",
        "DUPLICATE_IN_UPLOAD",
        "ALREADY_ON_SERVICE",
        "DIGITS_LOST",
        "DIALLING_PREFIX",
        "RANGE_REVERSED",
        "RANGE_LENGTHS_DIFFER",
    ]
    assert judged["status"] == "VALIDATED"
    assert judged["counts"] == {"total": 11, "valid": 1, "invalid": 10, "warnings": 0}


async def test_a_range_is_cut_where_its_verdict_changes(api: Api, site: Site) -> None:
    """The parts say which numbers go and which do not."""
    free = block()
    await submitted(api, site, f"{free}003")
    upload = await started(api, site)
    await added(api, upload, (f"{free}001", f"{free}005"))

    judged = await api.make("uploadValidate", VERDICTS, upload={"id": upload})

    assert [(e["first"], e["last"], e["size"], e["code"]) for e in judged["entries"]["nodes"]] == [
        (f"{free}001", f"{free}002", 2, None),
        (f"{free}003", f"{free}003", 1, "ALREADY_ON_SERVICE"),
        (f"{free}004", f"{free}005", 2, None),
    ]


async def test_an_upload_that_is_edited_is_a_draft_again(api: Api, site: Site) -> None:
    """Its verdicts no longer cover everything; submitting judges it anew."""
    free = block()
    upload = await started(api, site)
    await added(api, upload, f"{free}001")
    await api.make("uploadValidate", upload={"id": upload})

    edited = await api.make("uploadAddNumbers", "status", upload={"id": upload}, entries=[{"single": f"{free}002"}])
    done = await api.make("uploadSubmit", "status counts { submitted }", upload={"id": upload})

    assert edited == {"status": "DRAFT"}
    assert done == {"status": "COMPLETED", "counts": {"submitted": 2}}


async def test_validating_again_answers_the_same_while_nothing_has_changed(api: Api, site: Site) -> None:
    """Nothing is counted twice, so that a client that lost the first answer may simply ask again."""
    upload = await started(api, site)
    await added(api, upload, (f"{block()}001", f"{block()}005"), "nonsense")

    once = await api.make("uploadValidate", VERDICTS, upload={"id": upload})
    again = await api.make("uploadValidate", VERDICTS, upload={"id": upload})

    assert again == once


async def test_a_number_that_was_taken_after_validation_is_refused_at_submit(api: Api, site: Site) -> None:
    """Whoever submits first has it; the other learns why it has not."""
    free = block()
    upload = await started(api, site)
    await added(api, upload, (f"{free}001", f"{free}003"))
    await api.make("uploadValidate", upload={"id": upload})
    await submitted(api, await plain_site(api), f"{free}002")

    done = await api.make(
        "uploadSubmit",
        "status counts { valid invalid submitted } entries(verdict: INVALID) { nodes { first code } }",
        upload={"id": upload},
    )

    assert done["counts"] == {"valid": 2, "invalid": 1, "submitted": 2}
    assert done["entries"]["nodes"] == [{"first": f"{free}002", "code": "TAKEN"}]
    assert done["status"] == "PARTIAL"


async def test_everything_can_be_named_by_the_callers_own_references(api: Api, unique: str) -> None:
    """A client need not keep our ids."""
    owner = await estate(api)
    own = {"reference": unique}
    customer = {"tenantId": owner.channel, "name": "n", "fullName": "n", "adminEmail": "a@b.example", **own}
    await api.make("customerCreate", **customer)
    kind = {"kind": "WEBEX_CLOUD_CONNECT", "mode": "NON_INTEGRATED"}
    service = await api.make("serviceOnboard", customer=own, name="n", **kind, **own)
    await api.make("locationCreate", service=own, name="n", country="US", **own)
    await api.make("locationAttach", location=own)
    await connected(api, service, owner.profile)

    await api.make("uploadStart", service=own, location=own, sipConnection={"name": "PSTN"}, numberType="USER", **own)
    await api.make("uploadAddNumbers", upload=own, entries=[{"single": f"{block()}001"}])
    await api.make("uploadValidate", upload=own)
    done = await api.make("uploadSubmit", "status", upload=own)

    document = "query($s: ServiceBy!, $u: UploadBy!) { service(by: $s) { reference } upload(by: $u) { reference } }"
    assert done == {"status": "COMPLETED"}
    assert await api.query(document, s=own, u=own) == {"service": own, "upload": own}


async def test_a_refresh_reads_the_locations_again(api: Api, integrated: Site) -> None:
    """Its time moves when it is done, and what is attached stays attached."""
    document = """query($by: ServiceBy!) { service(by: $by) {
      locationsRefreshedAt locations { totalCount } attached: locations(attached: true) { nodes { id } }
    } }"""
    before = (await api.query(document, by={"id": integrated.service}))["service"]
    await api.make("locationsRefresh", service={"id": integrated.service})

    async def refreshed() -> object:
        found = (await api.query(document, by={"id": integrated.service}))["service"]
        return found if found["locationsRefreshedAt"] != before["locationsRefreshedAt"] else None

    after = await eventually(refreshed)
    assert after == {**before, "locationsRefreshedAt": after["locationsRefreshedAt"]}  # type: ignore[index]
    assert before["attached"]["nodes"] == [{"id": integrated.location}]


async def test_attaching_a_location_again_changes_nothing(api: Api, site: Site) -> None:
    """The request can be repeated safely."""
    selection = "attached attachedAt"
    first = await api.make("locationAttach", selection, location={"id": site.location})
    second = await api.make("locationAttach", selection, location={"id": site.location})

    assert first == second
    assert first["attached"] is True


async def test_pasted_text_is_read_like_a_file(api: Api, site: Site) -> None:
    """With its header and its lines."""
    upload, start = await started(api, site), block()
    text = f"number;range end\n{start}001;{start}003\n"

    await api.make("uploadImport", upload={"id": upload}, source={"text": text})
    judged = await api.make("uploadValidate", "counts { valid } entries { nodes { kind line } }", upload={"id": upload})

    assert judged == {"counts": {"valid": 3}, "entries": {"nodes": [{"kind": "FILE_ROW", "line": 2}]}}


async def test_one_source_is_imported_at_a_time(api: Api, site: Site) -> None:
    """Neither none nor both."""
    upload = await started(api, site)
    document = mutation("uploadImport")

    for source in ({}, {"text": "+12125550100", "file": "x"}):
        given = {"upload": {"id": upload}, "source": source}
        assert await api.codes(document, input=given) == ["GRAPHQL_VALIDATION_FAILED"]


async def test_entries_are_taken_out_and_an_upload_is_given_up(api: Api, site: Site) -> None:
    """As long as it is not submitted."""
    upload, start = await started(api, site), block()
    await added(api, upload, f"{start}001", f"{start}002")

    left = await api.make("uploadRemoveEntries", "entries { totalCount }", upload={"id": upload}, positions=[0])
    ended = await api.make("uploadCancel", "status endedAt", upload={"id": upload})

    assert left == {"entries": {"totalCount": 1}}
    assert ended["status"] == "CANCELLED"
    assert ended["endedAt"] is not None
    assert await api.refusals("uploadCancel", upload={"id": upload}) == [("STATE_FORBIDS", ("upload",))]
