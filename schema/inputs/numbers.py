"""Inputs on numbers that were uploaded before."""

import strawberry

from provisioning.changes import NumberChanges
from provisioning.choosing import Chosen
from provisioning.left import LEFT
from provisioning.reclaiming import Reclaim
from schema.describing import described
from schema.inputs.naming import KEY, ServiceBy, UploadBy
from schema.inputs.uploads import EntryInput
from store.vocabulary import NumberType


@strawberry.input(description="Numbers of a service; at most 10,000.")
class ServiceNumbersInput:
    """Numbers of a service."""

    service: ServiceBy = described("The service.")
    entries: list[EntryInput] = described("Its numbers, singles and ranges; each has to be there.")


@strawberry.input(one_of=True, description="Names numbers by exactly one of these.")
class NumbersBy:
    """Numbers."""

    listed: ServiceNumbersInput | None = described("Numbers of a service, one by one.", default=strawberry.UNSET)
    upload: UploadBy | None = described(
        "All active numbers that this upload made; to be restored: all of them that cool.", default=strawberry.UNSET
    )

    def chosen(self) -> Chosen:
        """Convert it. Raises NotFound."""
        if self.upload:
            return Chosen(upload=self.upload.name("numbers"))
        assert self.listed  # noqa: S101  # exactly one of them is there
        entries = tuple(entry.decoded() for entry in self.listed.entries)
        return Chosen(service=self.listed.service.name("numbers"), entries=entries)


@strawberry.input(description="What is to become of numbers; what is left out stays.")
class NumberChangesInput:
    """Changes."""

    number_type: NumberType | None = described(
        "What they are for now. A CAC value was meant for the old type: give a new one if the new type needs one.",
        default=strawberry.UNSET,
    )
    cac_value: int | None = described("Another CAC value; null: none.", default=strawberry.UNSET)
    service_info: str | None = described("Another service info; null: none.", default=strawberry.UNSET)

    def decoded(self) -> NumberChanges:
        """Convert it; a null number type changes nothing."""
        return NumberChanges(
            number_type=self.number_type or LEFT,
            cac=LEFT if self.cac_value is strawberry.UNSET else self.cac_value,
            service_info=LEFT if self.service_info is strawberry.UNSET else self.service_info,
        )


@strawberry.input(description="Numbers to change.")
class NumbersUpdateInput:
    """A change."""

    numbers: NumbersBy = described("Which numbers.")
    changes: NumberChangesInput = described("What becomes of them.")


@strawberry.input(description="Numbers that the customer has added to Control Hub by hand.")
class NumbersConfirmManualInput:
    """A confirmation."""

    numbers: NumbersBy = described("Which numbers; those confirmed before do no harm.")


@strawberry.input(description="Numbers to release.")
class NumbersReleaseInput:
    """A release."""

    numbers: NumbersBy = described("Which numbers; each has to be active and in no other operation.")
    idempotency_key: str | None = described(KEY, default=None)


@strawberry.input(description="Numbers to restore while they cool.")
class NumbersRestoreInput:
    """A restoration."""

    numbers: NumbersBy = described("Which numbers; each has to cool.")
    idempotency_key: str | None = described(KEY, default=None)


@strawberry.input(description="Numbers to be had back from whatever service has them.")
class NumbersReclaimInput:
    """A reclamation."""

    numbers: list[EntryInput] = described("Singles and ranges, at most 10,000 numbers; those not live are left out.")
    reason: str = described("Why, for the audit trail of each service: squatted on, ported away.")
    leave_at_control_hub: bool = described(
        "Whether they are let go here only: for a number that Control Hub keeps, or that is no longer theirs there.",
        default=False,
    )
    idempotency_key: str | None = described(KEY, default=None)

    def decoded(self) -> Reclaim:
        """Convert it."""
        return Reclaim(tuple(entry.decoded() for entry in self.numbers), self.reason, self.leave_at_control_hub)
