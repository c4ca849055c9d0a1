"""The demo."""

from pathlib import Path

from tests.api.programs import run


async def test_the_demo_does_the_main_job_and_ends_well(tmp_path: Path) -> None:
    """Exit 0 only when the service is Ready and Control Hub has exactly the valid numbers."""
    own = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": str(tmp_path)}

    code, out, _ = await run("demo", "--once", environment=own, patience_s=100)

    assert code == 0
    statuses = [line.split("status: ")[1].strip() for line in out.splitlines() if "status: " in line]
    assert statuses == ["Pending Consent", "Pending Provisioning", "Ready"]
    assert "the same numbers" in out
    assert out.rstrip().endswith("It works.")
