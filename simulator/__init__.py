"""The engine of Thing Simulator: virtual AWS IoT things, their scenarios, and a local endpoint. Imports no Qt."""

__version__ = "0.1.0"
