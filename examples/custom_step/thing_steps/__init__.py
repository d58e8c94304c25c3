"""Steps of our own for Thing Simulator."""
