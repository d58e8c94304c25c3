"""What an operator set up beside things and jobs: event switches, templates, tags and thing types."""

from simulator.endpoint import event_settings, tags, thing_types
from simulator.endpoint.event_settings import EventSettings
from simulator.endpoint.tags import Tags
from simulator.endpoint.thing_types import ThingTypes
from simulator.jobs import templates
from simulator.jobs.events import Switches
from simulator.jobs.templates import Templates


class Settings:
    """All of it. What changes any of it returns the record to store."""

    def __init__(self, switches: Switches) -> None:
        self.events = EventSettings(switches)
        self.templates = Templates()
        self.tags = Tags()
        self.thing_types = ThingTypes()

    def restore(self, kind: str, key: str, data: bytes) -> bool:
        """Put one stored record back; False if it is none of these.

        Raises:
            msgspec.MsgspecError: `data` is not a record of that kind.
        """
        match kind:
            case event_settings.KIND:
                self.events.restore(data)
            case templates.KIND:
                self.templates.restore(data)
            case tags.KIND:
                self.tags.restore(key, data)
            case thing_types.KIND:
                self.thing_types.restore(data)
            case _:
                return False
        return True
