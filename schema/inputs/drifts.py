"""Inputs of reconciliations and of the drifts they find."""

import strawberry

from provisioning.reconciliation.acceptance import Acceptance
from provisioning.reconciliation.choice import Chosen
from provisioning.reconciliation.repair import Repair
from schema.describing import described
from schema.ids import key_of
from schema.inputs.naming import KEY, ServiceBy
from store.vocabulary import DriftKind, NumberType


@strawberry.input(description="A service to compare with Control Hub.")
class ServiceReconcileInput:
    """A reconciliation."""

    service: ServiceBy = described("The Integrated service.")


@strawberry.input(one_of=True, description="Names drifts of a service by exactly one of these.")
class DriftsBy:
    """Drifts."""

    ids: list[strawberry.ID] | None = described("At most 10,000 of them, all open.", default=strawberry.UNSET)
    kind: DriftKind | None = described(
        "All that are open of a kind; where none is, nothing happens.", default=strawberry.UNSET
    )

    def chosen(self, service: ServiceBy) -> Chosen:
        """Convert it. Raises NotFound."""
        ids = tuple(key_of(drift, "Drift", "drifts") for drift in self.ids or ())
        return Chosen(service.name("service"), ids, self.kind or None)


@strawberry.input(description="Drifts whose difference is to be taken over here.")
class DriftsAcceptInput:
    """An acceptance."""

    service: ServiceBy = described("The service whose drifts they are.")
    drifts: DriftsBy = described("Which drifts.")
    number_type: NumberType | None = described(
        "OTHER_USAGE, where Control Hub has SERVICE: what the numbers are for, SERVICE or CONTACT_CENTER.", default=None
    )
    cac_value: int | None = described("OTHER_USAGE: the CAC value that goes with the number type.", default=None)
    idempotency_key: str | None = described(KEY, default=None)

    def decoded(self) -> Acceptance:
        """Convert it. Raises NotFound."""
        return Acceptance(self.drifts.chosen(self.service), self.number_type, self.cac_value)


@strawberry.input(description="Drifts of which Control Hub is to be told what stands here.")
class DriftsRepairInput:
    """A repair."""

    service: ServiceBy = described("The service whose drifts they are.")
    drifts: DriftsBy = described("Which drifts.")
    idempotency_key: str | None = described(KEY, default=None)

    def decoded(self) -> Repair:
        """Convert it. Raises NotFound."""
        return Repair(self.drifts.chosen(self.service))
