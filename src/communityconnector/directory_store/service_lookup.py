"""What a referral has to know of a service, looked up in the stored directory."""

from __future__ import annotations

from communityconnector.directory_store.generations import DirectoryStore, View, storage_id
from communityconnector.errors import DirectoryNotLoadedError, ServiceNotFoundError
from communityconnector.model import Audience, ServiceStatus
from communityconnector.model.claims import claims_of, protective
from communityconnector.model.confidential import NOTHING
from communityconnector.referrals.service_summary import ServiceSummary


def summarize_service(store: DirectoryStore, service_id: str) -> ServiceSummary:
    """Summarize a service for referrals, hidden or not: who refers decides what may be shared.

    Args:
        store: where the directory is stored.
        service_id: the service's id.

    Raises:
        DirectoryNotLoadedError: no directory has been loaded.
        ServiceNotFoundError: it has no such service.
    """
    generation = store.current()
    if generation is None:
        message = "no directory has been loaded into this desk: load one first"
        raise DirectoryNotLoadedError(message)
    everything = View(NOTHING, Audience.STEWARD)
    service = store.some(generation.number, [storage_id(service_id)], everything).get(storage_id(service_id))
    if service is None:
        message = f"no service {service_id!r} in this directory: a match has its id as `service_id`"
        raise ServiceNotFoundError(message)
    refuge = protective(service)
    agency = service.organization
    return ServiceSummary(
        id=service.id,
        name=service.name,
        organization_id=agency.id if agency is not None else service.organization_id or "",
        # Where the directory does not say, the service is not known to be closed.
        active=service.status in ("", ServiceStatus.ACTIVE),
        confidential=refuge or any(claims_of(service)) or store.hides(generation.number, service),
        tags=frozenset({"dv"}) if refuge else frozenset(),
    )
