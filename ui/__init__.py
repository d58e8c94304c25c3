"""The window of Thing Simulator. It shows snapshots and asks the engine; it knows no rule of the protocol."""
