"""Histograms made from their values."""

from simulator.histogram import Histogram


def histogram_of(*values: float) -> Histogram:
    """Return a histogram of so many milliseconds each."""
    histogram = Histogram()
    for ms in values:
        histogram.record(ms)
    return histogram
