"""The last retained message of each topic, within bounds."""

from typing import Final

from simulator.endpoint.packets import Publish

RETAINED_MESSAGES: Final = 5000
RETAINED_BYTES: Final = 32 * 1024 * 1024


class Retained:
    """Retained messages by topic; when full, the topic that was set longest ago makes room."""

    def __init__(self) -> None:
        self._messages: dict[str, Publish] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._messages)

    def get(self, topic: str) -> Publish | None:
        """Return the last retained message of `topic`, at the QoS it was published with."""
        return self._messages.get(topic)

    def set(self, topic: str, payload: bytes, qos: int) -> None:
        """Keep `payload` as the last message of `topic`; an empty one clears it [MQTT-3.3.1-10]."""
        self._drop(topic)
        if not payload:
            return
        self._messages[topic] = Publish(topic, payload, qos, retain=True)
        self._bytes += len(payload)
        while len(self._messages) > RETAINED_MESSAGES or self._bytes > RETAINED_BYTES:
            self._drop(next(iter(self._messages)))

    def _drop(self, topic: str) -> None:
        message = self._messages.pop(topic, None)
        if message is not None:
            self._bytes -= len(message.payload)
