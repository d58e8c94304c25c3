"""How a thing's bytes travel: paho-mqtt over a real network, or a function call in memory."""
