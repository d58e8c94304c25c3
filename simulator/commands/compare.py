"""`thing-simulator compare`: two reports side by side."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def compare(
    a: Annotated[Path, typer.Argument(metavar="A.json", help="The report of the first run.")],
    b: Annotated[Path, typer.Argument(metavar="B.json", help="The report of the second run.")],
    json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")] = False,
    latency_tolerance: Annotated[
        float | None,
        typer.Option(metavar="PERCENT", help="Latencies (p50, p90, p99) that rose by more make the two different."),
    ] = None,
) -> int:
    """Compare the reports of two runs: outcomes, percentiles, things that differ, settings that differ.

    Leaves with 0 when every thing had the same outcomes and the same faults, 1 when some had not, 2 when a report
    cannot be read.
    """
    from simulator import compare as comparing
    from simulator import report_files
    from simulator.errors import EXIT_OK, EXIT_UNEXPECTED_OUTCOME, InputError

    if latency_tolerance is not None and not latency_tolerance >= 0:
        raise InputError("--latency-tolerance", f"{latency_tolerance:g} is less than 0", "write percent")
    made = comparing.compare(report_files.read(a), report_files.read(b), latency_tolerance_percent=latency_tolerance)
    if json:
        import msgspec

        sys.stdout.write(msgspec.json.format(msgspec.json.encode(made), indent=2).decode() + "\n")
    else:
        from rich.console import Console

        from simulator.compare_text import print_comparison

        print_comparison(Console(), made, str(a), str(b))
    return EXIT_OK if made.same else EXIT_UNEXPECTED_OUTCOME
