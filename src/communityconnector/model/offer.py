"""What a patron is sent to: a service at one of its locations."""

from __future__ import annotations

import attrs

from communityconnector.model.contact import Contact, Language, Phone
from communityconnector.model.geography import Point
from communityconnector.model.location import Location, LocationType
from communityconnector.model.organization import Organization
from communityconnector.model.schedule import Schedule
from communityconnector.model.service import Service, ServiceArea, ServiceAtLocation


@attrs.frozen(slots=True, repr=False)
class Offer:
    """What a patron is sent to: a service at one of its locations, or a service that has none.

    Attributes:
        service: the service.
        service_at_location: the link to the location; `None` for a hotline, a mobile or home-delivered
            service, or one whose location was not entered.
    """

    service: Service
    service_at_location: ServiceAtLocation | None = None

    def __repr__(self) -> str:
        return f"Offer({self.id!r}, {self.service.name!r})"

    @property
    def id(self) -> str:
        """Id of the service at the location, else of the service."""
        return self.service.id if self.service_at_location is None else self.service_at_location.id

    @property
    def location(self) -> Location | None:
        """The location, where there is one."""
        return None if self.service_at_location is None else self.service_at_location.location

    @property
    def placeless(self) -> bool:
        """Whether no place to go to is on record: no location at all, or a virtual or postal one."""
        place = self.location
        if place is None:
            return self.service_at_location is None
        return place.location_type in (LocationType.VIRTUAL, LocationType.POSTAL)

    @property
    def remote(self) -> bool:
        """Whether it is on record that one need not go anywhere: by phone, online, by post, or it comes.

        A virtual or postal location states it; a service without a location does so by the area that it
        serves. Without either, its place may just not have been entered.
        """
        return self.placeless and (self.location is not None or bool(self.service_areas))

    @property
    def point(self) -> Point | None:
        """Where to go, where that is known. A virtual or postal location is nowhere to go."""
        return None if self.placeless or self.location is None else self.location.point

    @property
    def organization(self) -> Organization | None:
        """The organization that provides the service."""
        return self.service.organization

    @property
    def schedules(self) -> tuple[Schedule, ...]:
        """The hours that hold for this offer: its own, else the service's, else the location's. Events are no hours."""
        link, place = self.service_at_location, self.location
        return (
            _without_events(link.schedules if link else ())
            or _without_events(self.service.schedules)
            or _without_events(place.schedules if place else ())
        )

    @property
    def service_areas(self) -> tuple[ServiceArea, ...]:
        """The areas that this offer serves: its own, else the service's."""
        link = self.service_at_location
        return (link.service_areas if link else ()) or self.service.service_areas

    @property
    def languages(self) -> tuple[Language, ...]:
        """Languages of the service, of its location and of its phones."""
        place = self.location
        own = self.service.languages + (place.languages if place else ())
        return own + tuple(language for phone in self.phones for language in phone.languages)

    @property
    def phones(self) -> tuple[Phone, ...]:
        """Numbers to call, the most specific first: this offer's, the service's, location's, organization's."""
        link, place, agency = self.service_at_location, self.location, self.organization
        groups = (
            link.phones if link else (),
            self.service.phones,
            place.phones if place else (),
            agency.phones if agency else (),
        )
        return tuple({phone.id: phone for group in groups for phone in group}.values())

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """Whom to ask for, the most specific first."""
        link, place, agency = self.service_at_location, self.location, self.organization
        groups = (
            link.contacts if link else (),
            self.service.contacts,
            place.contacts if place else (),
            agency.contacts if agency else (),
        )
        return tuple({contact.id: contact for group in groups for contact in group}.values())


def _without_events(schedules: tuple[Schedule, ...]) -> tuple[Schedule, ...]:
    if any(schedule.is_event for schedule in schedules):
        return tuple(schedule for schedule in schedules if not schedule.is_event)
    return schedules
