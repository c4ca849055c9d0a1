"""The job that reconciles a service: asked for by somebody, and called every day."""

from provisioning.consent import refuse_without
from provisioning.desk import Desk
from provisioning.errors import IntegratedOnly, ServiceRemoving
from provisioning.journal import audit
from store import drifts
from store.actions import AuditAction
from store.jobs import Job, JobName
from store.lookup import Name, one
from store.tables import Service
from store.vocabulary import ServiceMode, ServiceStatus


def reconciliation_job(service: Service) -> Job:
    """Return the job; those of one organization run one at a time."""
    return Job(
        JobName.RECONCILE_SERVICE,
        lock=f"organization:{service.organization_id}",
        arguments={"service_id": str(service.id)},
    )


async def request_reconciliation(desk: Desk, service: Name) -> Service:
    """Have the service compared with Control Hub; `reconciled_at` moves when it is done.

    Raises NotFound, IntegratedOnly, ServiceRemoving, ConsentMissing, ConsentWithdrawn.
    """
    async with desk.begin() as transaction:
        found = await one(transaction, Service, service)
        refuse_unreconcilable(found)
        await refuse_without(transaction, found)
        audit(transaction, AuditAction.RECONCILIATION_CALLED, found, after={})
        await transaction.defer(reconciliation_job(found))
        return found


def refuse_unreconcilable(service: Service) -> None:
    """Raise where the service has nothing to be compared with, or goes."""
    if service.mode is not ServiceMode.INTEGRATED:
        raise IntegratedOnly(path=("service",))
    if service.status is ServiceStatus.REMOVING:
        raise ServiceRemoving(path=("service",))


async def call_reconciliations(desk: Desk) -> None:
    """Have every Integrated service reconciled whose customer's consent is in force."""
    async with desk.begin() as transaction:
        for service in await drifts.reconcilable(transaction):
            await transaction.defer(reconciliation_job(service))
