"""A referral as FHIR R4 has it: a ServiceRequest, and the Task that asks an agency to fulfil it.

Profiles: SDOHCC-ServiceRequest and SDOHCC-TaskForReferralManagement of the SDOH Clinical Care guide (HL7, 3.0.0). The
results are plain dicts, because writing them needs no FHIR package. They do not identify the patron. Both profiles
require a subject: if the caller gives no opaque reference, the subject is marked as masked (FHIR's extension
data-absent-reason). Where the guide defines no code, `text` holds our own words, never a made-up code. There is no SDOH
category, because with one the guide requires `code` to come from value sets of medical terms that a library does not have.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from communityconnector.errors import InvalidReferralError
from communityconnector.referrals.codes import Outcome
from communityconnector.referrals.mappings import WORDINGS
from communityconnector.referrals.referral import Referral
from communityconnector.referrals.sensitivity import patron_ref
from communityconnector.referrals.states import STATES, ReferralStatus, ReferralType, Source

_GUIDE: Final = "http://hl7.org/fhir/us/sdoh-clinicalcare"
TASK_PROFILE: Final = f"{_GUIDE}/StructureDefinition/SDOHCC-TaskForReferralManagement"
SERVICE_REQUEST_PROFILE: Final = f"{_GUIDE}/StructureDefinition/SDOHCC-ServiceRequest"
_TEMPORARY: Final = f"{_GUIDE}/CodeSystem/SDOHCC-CodeSystemTemporaryCodes"
_ABSENT: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_FULFILL: Final = {"system": "http://hl7.org/fhir/CodeSystem/task-code", "code": "fulfill"}

_ID: Final = re.compile(r"[A-Za-z0-9.-]{1,64}")
"""FHIR R4's data type `id`."""
_REFERENCE: Final = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}|urn:uuid:[0-9a-f-]{36}")
"""A relative reference or a UUID, but no URL and no address. A patron's id must be opaque too (`patron_ref`)."""


def service_request(referral: Referral, *, requester: str, patron: str | None = None) -> dict[str, Any]:
    """Return a referral as a FHIR ServiceRequest: what is asked for.

    Args:
        referral: the referral, of any type but `information`, which asks no agency for anything.
        requester: reference of the organization that asks, such as `Organization/library`.
        patron: reference of the patron, if the receiver may have one: `Patient/` and an opaque id (`patron_ref`), or
            the `urn:uuid:` of one.

    Raises:
        InvalidReferralError: the referral is for information, or FHIR does not allow an id or a reference.
        InvalidPatronRefError: the patron's id is not opaque.
    """
    _check(referral)
    about = ", ".join((*referral.concepts, *referral.terms))
    resource: dict[str, Any] = {
        "resourceType": "ServiceRequest",
        "id": _id(referral.id),
        "meta": {"profile": [SERVICE_REQUEST_PROFILE]},
        "status": _words(referral.status)[1],
        "intent": "order",
        "priority": referral.priority.value,
        "code": {"text": about},
        "subject": _subject(patron),
        "authoredOn": _moment(referral.sent_at or referral.created_at),
        "requester": _reference(requester),
    }
    if referral.replaces:
        resource["replaces"] = [_reference(f"ServiceRequest/{_id(referral.replaces)}")]
    return resource


def task(
    referral: Referral, *, requester: str, owner: str | None = None, patron: str | None = None
) -> dict[str, Any]:
    """Return a referral as a FHIR Task: what has become of the request.

    The Task is the agency's. An outcome that staff or the patron reported appears only in the ServiceRequest; the Task
    keeps the status that the agency reported last.

    Args:
        referral: the referral, of any type but `information`.
        requester: reference of the organization that asks, such as `Organization/library`.
        owner: reference of the agency; left out if any agency may take the task.
        patron: reference of the patron, if the receiver may have one: `Patient/` and an opaque id (`patron_ref`), or
            the `urn:uuid:` of one.

    Raises:
        InvalidReferralError: the referral is for information, or FHIR does not allow an id or a reference.
        InvalidPatronRefError: the patron's id is not opaque.
    """
    _check(referral)
    resource: dict[str, Any] = {
        "resourceType": "Task",
        "id": _id(referral.id),
        "meta": {"profile": [TASK_PROFILE]},
        "status": _words(referral.task_status)[0],
        "intent": "order",
        "priority": referral.priority.value,
        "code": {"coding": [dict(_FULFILL)]},
        "focus": _reference(f"ServiceRequest/{_id(referral.id)}"),
        "for": _subject(patron),
        "authoredOn": _moment(referral.sent_at or referral.created_at),
        "lastModified": _moment(referral.last_at),
        "requester": _reference(requester),
    }
    if owner is not None:
        resource["owner"] = _reference(owner)
    # The reason belongs to the current state. If the agency's task is behind ours, our reason is not the agency's.
    if referral.task_status is referral.status:
        if reason := _status_reason(referral):
            resource["statusReason"] = reason
        if referral.outcome is not None and referral.outcome_source is Source.AGENCY:
            resource["businessStatus"] = {"text": referral.outcome.value}
    return resource


def _check(referral: Referral) -> None:
    if referral.type is ReferralType.INFORMATION:
        message = "a referral for information cannot be exported to FHIR: it asks no agency for anything"
        raise InvalidReferralError(message)


def _words(status: ReferralStatus) -> tuple[str | None, str | None]:
    """Return the codes of Task and ServiceRequest, which do not depend on the reason."""
    row = next(row for row in WORDINGS if row.status is status)
    return row.fhir_task, row.fhir_service_request


def _status_reason(referral: Referral) -> dict[str, Any] | None:
    if referral.status is ReferralStatus.EXPIRED:
        return {"text": "expired: no response"}
    reason = referral.hold_reason or referral.outcome
    given_by = STATES[referral.status].reason
    if not given_by or reason is None:
        return None
    if given_by == "agency" and referral.outcome_source is not Source.AGENCY:
        return None  # staff may have corrected it here without the agency
    status_reason: dict[str, Any] = {"text": reason.value}
    if reason is Outcome.NO_CAPACITY:
        # The guide defines this code for answers about capacity. Using it as a reason is our reading.
        status_reason["coding"] = [{"system": _TEMPORARY, "code": "no-capacity"}]
    return status_reason


def _id(text: str) -> str:
    if not _ID.fullmatch(text):
        message = "an id for FHIR must have 1 to 64 characters out of A-Z, a-z, digits, '-' and '.'"
        raise InvalidReferralError(message)
    return text


def _reference(text: str) -> dict[str, Any]:
    if not _REFERENCE.fullmatch(text):
        message = "a reference for FHIR must be a resource type and an id, such as 'Organization/library', or a urn:uuid"
        raise InvalidReferralError(message)
    return {"reference": text}


def _subject(patron: str | None) -> dict[str, Any]:
    if patron is None:
        return {"extension": [{"url": _ABSENT, "valueCode": "masked"}]}
    reference = _reference(patron)
    patron_ref(re.split("[/:]", patron)[-1])
    return reference


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
