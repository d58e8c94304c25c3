"""`thing-simulator cleanup`: what runs left in a registry, taken out again."""

from typing import Annotated

import typer


def cleanup(
    http: Annotated[
        str | None, typer.Option(metavar="URL", help="The control plane; without it AWS itself, with --aws.")
    ] = None,
    aws: Annotated[bool, typer.Option("--aws", help="AWS itself, with this machine's credentials and region.")] = False,
    run: Annotated[str | None, typer.Option(metavar="ID", help="Only what this run made.")] = None,
) -> int:
    """Remove things and thing groups that runs of this program registered.

    Only what bears the attribute thing-simulator is removed; with --run only what that very run made.
    """
    import asyncio

    from simulator.errors import InputError
    from simulator.fleet_registry import Removed, remove_marked
    from simulator.marker import MARKER, check_run_id
    from simulator.operator import Operator
    from simulator.transport.address import check_url

    if (http is None) is not aws:
        raise InputError("--http", "which registry is meant?", "write --http URL, or --aws")
    if http is not None:
        check_url(http)
    run_id = None if run is None else check_run_id(run)

    async def remove() -> Removed:
        async with Operator(http) as operator:
            return await remove_marked(operator, run_id)

    removed = asyncio.run(remove())
    whose = f"of run {run_id}" if run_id else f"with the attribute {MARKER}"
    typer.echo(f"removed things {whose}: {removed.things:,}; thing groups: {removed.groups:,}")
    return 0
