"""The words of the audit trail: everything that can be done to something here."""

from store.vocabulary import Word


class AuditAction(Word):
    """What was done. More may come: show one that you do not know as it is written.

    The column takes 32 characters.
    """

    TENANT_CREATED = "TENANT_CREATED", "A service provider or a channel was created."
    CUSTOMER_CREATED = "CUSTOMER_CREATED", "A customer was created."
    CUSTOMER_UPDATED = "CUSTOMER_UPDATED", "A customer's names or its administrator's address were mended."
    CALLING_PROFILE_CREATED = "CALLING_PROFILE_CREATED", "A calling profile was created."
    SERVICE_ONBOARDED = "SERVICE_ONBOARDED", "A service was onboarded."
    SERVICE_BECAME_READY = "SERVICE_BECAME_READY", "A first number of the service is on the customer's account."
    LAST_NUMBER_GONE = "LAST_NUMBER_GONE", "The last number of a Ready service has left the customer's account."
    INVITATION_CREATED = "INVITATION_CREATED", "An invitation was asked for."
    INVITATION_SENT = "INVITATION_SENT", "The mail server took the letter of an invitation."
    INVITATION_DELAYED = (
        "INVITATION_DELAYED",
        "The mail server has not taken the letter yet.",
    )
    INVITATION_REFUSED = "INVITATION_REFUSED", "The mail server refused the letter for good."
    INVITATION_REPLACED = "INVITATION_REPLACED", "An open invitation stopped working, for another one was asked for."
    INVITATION_REVOKED = "INVITATION_REVOKED", "An open invitation stopped working."
    CONSENT_GIVEN = "CONSENT_GIVEN", "The customer consented."
    CONSENT_GIVEN_UP = "CONSENT_GIVEN_UP", "The tokens of the customer's consent were forgotten here."
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN", "Control Hub no longer takes the tokens of the customer's consent."
    LOCATIONS_REFRESH_CALLED = "LOCATIONS_REFRESH_CALLED", "Somebody asked to have the locations read from Control Hub."
    LOCATIONS_REFRESHED = "LOCATIONS_REFRESHED", "The locations were read from Control Hub."
    LOCATION_CREATED = "LOCATION_CREATED", "A location was entered by hand."
    LOCATION_ATTACHED = "LOCATION_ATTACHED", "A location was attached to its service."
    LOCATION_DETACHED = "LOCATION_DETACHED", "A location was detached from its service."
    SIP_CONNECTION_CREATED = "SIP_CONNECTION_CREATED", "A SIP connection was created."
    SIP_CONNECTION_UPDATED = "SIP_CONNECTION_UPDATED", "A SIP connection has another name or calling profile."
    SIP_CONNECTION_DELETED = "SIP_CONNECTION_DELETED", "A SIP connection was deleted."
    UPLOAD_STARTED = "UPLOAD_STARTED", "An upload was started."
    UPLOAD_HEADER_CHANGED = "UPLOAD_HEADER_CHANGED", "The header of an upload was changed."
    ENTRIES_ADDED = "ENTRIES_ADDED", "Entries were typed in, or rows of a file imported."
    ENTRIES_REMOVED = "ENTRIES_REMOVED", "Entries were taken out of an upload."
    UPLOAD_VALIDATION_BEGUN = "UPLOAD_VALIDATION_BEGUN", "A large upload was given to a job to be validated."
    UPLOAD_VALIDATED = "UPLOAD_VALIDATED", "The entries of an upload were judged all together."
    UPLOAD_SUBMITTED = "UPLOAD_SUBMITTED", "The valid numbers of an upload became the service's."
    UPLOAD_CANCELLED = "UPLOAD_CANCELLED", "An upload was given up before it was submitted."
    UPLOAD_STOPPED = "UPLOAD_STOPPED", "What had not been sent of an upload was withdrawn."
    UPLOAD_ENDED = "UPLOAD_ENDED", "Control Hub has answered for every number of an upload."
    FAILED_NUMBERS_TRIED_AGAIN = "FAILED_NUMBERS_TRIED_AGAIN", "Failed numbers of an upload were sent again."
    ROLL_BACK_BEGUN = "ROLL_BACK_BEGUN", "What an upload had added was to be taken back."
    UPLOAD_ROLLED_BACK = "UPLOAD_ROLLED_BACK", "What an upload had added is taken back, but for what Control Hub kept."
    NUMBERS_CHANGED = "NUMBERS_CHANGED", "Numbers that were alike before got another type, CAC value or service info."
    NUMBERS_CONFIRMED = "NUMBERS_CONFIRMED", "Somebody confirmed that the customer has added numbers by hand."
    NUMBERS_RELEASED = "NUMBERS_RELEASED", "Numbers were released."
    NUMBERS_RESTORED = "NUMBERS_RESTORED", "Cooling numbers were taken back into use."
    NUMBERS_RECLAIMED = "NUMBERS_RECLAIMED", "The platform's operator had numbers back from a service."
    COOLING_ENDED = "COOLING_ENDED", "Released numbers have cooled, and anybody may upload them."
    SERVICE_RECONCILED = "SERVICE_RECONCILED", "A service was compared with Control Hub."
    RECONCILIATION_CALLED = "RECONCILIATION_CALLED", "Somebody asked to have a service compared with Control Hub."
    DRIFTS_ACCEPTED = "DRIFTS_ACCEPTED", "What Control Hub has was taken over."
    DRIFTS_REPAIRED = "DRIFTS_REPAIRED", "Control Hub was to get what stands here."
    REMOVAL_BEGUN = "REMOVAL_BEGUN", "Somebody asked to remove a service."
    REMOVAL_ASKED_AGAIN = (
        "REMOVAL_ASKED_AGAIN",
        "Control Hub was asked again for what it kept of a service in removal.",
    )
    REMOVAL_FORCED = "REMOVAL_FORCED", "A service was removed though numbers of it are left at Control Hub."
    NUMBERS_LET_GO = "NUMBERS_LET_GO", "Numbers of a service in removal were let go."
    SERVICE_REMOVED = "SERVICE_REMOVED", "A service and all that belonged to it were deleted."
