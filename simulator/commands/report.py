"""`thing-simulator report`: a JSON report shown, or written in its other forms; and the schema of reports."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def report(
    source: Annotated[
        str, typer.Argument(metavar="FILE.json|schema", help="A report, or `schema` for its JSON Schema.")
    ],
    html: Annotated[Path | None, typer.Option(metavar="OUT.html", help="Write it as a page.")] = None,
    xml: Annotated[Path | None, typer.Option(metavar="OUT.xml", help="Write it as JUnit XML.")] = None,
    csv: Annotated[Path | None, typer.Option(metavar="OUT.csv", help="Write it as CSV.")] = None,
) -> int:
    """Print the summary of a run from its JSON report, or write it in other forms.

    `thing-simulator report schema` prints the JSON Schema (2020-12) of reports; for a file of that name write ./schema.
    Leaves with 2 when the report cannot be read or a form cannot be written.
    """
    if source == "schema":
        return _print_schema()
    from simulator import report_files
    from simulator.cli import say
    from simulator.errors import EXIT_BAD_INPUT, EXIT_OK, InputError

    read = report_files.read(Path(source))
    status = EXIT_OK
    wanted = [(f"--{form}", path, form) for form, path in (("html", html), ("xml", xml), ("csv", csv)) if path]
    for option, path, form in wanted:
        try:
            report_files.write(read, path, f"{option} {path}", f".{form}")
        except InputError as exc:  # the others are written all the same
            say(str(exc))
            status = EXIT_BAD_INPUT
    if not wanted:
        from rich.console import Console

        from simulator.terminal import print_summary

        print_summary(Console(), read)
    return status


def _print_schema() -> int:
    import msgspec

    from simulator.report_schema import schema

    sys.stdout.write(msgspec.json.format(msgspec.json.encode(schema()), indent=2).decode() + "\n")
    return 0
