"""The last retained message of each topic, within bounds."""

from typing import Final

from simulator.endpoint.messages import Message

RETAINED_MESSAGES: Final = 5000
RETAINED_BYTES: Final = 32 * 1024 * 1024


class Retained:
    """Retained messages by topic; when full, the topic that was set longest ago makes room."""

    def __init__(self) -> None:
        self._messages: dict[str, tuple[Message, int]] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._messages)

    def get(self, topic: str, now: float = 0.0) -> tuple[Message, int] | None:
        """Return the retained message of `topic` and the QoS it came with, unless it has expired at `now`."""
        kept = self._messages.get(topic)
        if kept is not None and 0 < kept[0].expires_at <= now:
            self._drop(topic)
            return None
        return kept

    def set(self, message: Message, qos: int) -> None:
        """Keep `message` as the last one of its topic; one without payload clears it [MQTT-3.3.1-10]."""
        self._drop(message.topic)
        if not message.payload:
            return
        self._messages[message.topic] = (message, qos)
        self._bytes += _size(message)
        while len(self._messages) > RETAINED_MESSAGES or self._bytes > RETAINED_BYTES:
            self._drop(next(iter(self._messages)))

    def _drop(self, topic: str) -> None:
        kept = self._messages.pop(topic, None)
        if kept is not None:
            self._bytes -= _size(kept[0])


def _size(message: Message) -> int:
    return len(message.payload) + len(message.properties)
