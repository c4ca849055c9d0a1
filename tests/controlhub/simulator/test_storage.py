"""State that outlives the process."""

import signal

import pytest

from controlhub.numbers import HubNumberType, HubNumberUsage

DID = (HubNumberType.DID, HubNumberUsage.NONE)


async def test_what_was_answered_survives_a_kill(launch, tmp_path, build_hub, consent_again, fresh, http):
    """Numbers, tokens and the log are there after a restart."""
    state, numbers = tmp_path / "state.db", fresh(3)
    first = launch(state)
    customer = await consent_again(build_hub(url=first.url), "Survivor")
    await build_hub(url=first.url).add_numbers(customer.access_token, customer.munich, numbers, *DID)
    first.kill()

    second = launch(state)
    hub = build_hub(url=second.url)
    found = [number.e164 async for number in hub.numbers(customer.access_token, customer.munich)]
    assert found == numbers
    log = (await http.get(f"{second.url}/_log", params={"path_contains": f"{customer.munich}/numbers"})).json()
    assert [row["numbers"] for row in log["requests"]] == [numbers]
    assert (await hub.tokens_for_refresh(customer.refresh_token)).access_token


async def test_a_running_job_survives_a_kill(launch, tmp_path, build_hub, consent_again, fresh):
    """It ends after the restart, as if nothing had been."""
    state, numbers = tmp_path / "state.db", fresh(2)
    first = launch(state)
    customer = await consent_again(build_hub(url=first.url), "Patient")
    hub = build_hub(url=first.url)
    await hub.add_numbers(customer.access_token, customer.munich, numbers, *DID)
    job = await hub.start_usage_change(customer.access_token, customer.munich, numbers, HubNumberUsage.SERVICE)
    first.kill()

    hub = build_hub(url=launch(state).url)
    assert (await hub.number_job(customer.access_token, job)).running
    assert not (await hub.number_job(customer.access_token, job)).running
    assert [number.is_service async for number in hub.numbers(customer.access_token, customer.munich)] == [True, True]


async def test_a_second_consent_after_a_restart_finds_the_organization(launch, tmp_path, build_hub, consent_again):
    """By its name."""
    state = tmp_path / "state.db"
    first = launch(state)
    before = await consent_again(build_hub(url=first.url), "Returner")
    first.stop()
    after = await consent_again(build_hub(url=launch(state).url), "Returner")
    assert (after.organization, after.milan) == (before.organization, before.milan)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_leaves_one_file(launch, tmp_path, number):
    """And no journal beside it that the next start would have to read."""
    state = tmp_path / "state" / "state.db"
    simulator = launch(state)
    assert len(list(state.parent.iterdir())) > 1
    simulator.process.send_signal(number)
    assert simulator.process.wait(timeout=10) == 0
    assert list(state.parent.iterdir()) == [state]
