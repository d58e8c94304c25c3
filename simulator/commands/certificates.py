"""`thing-simulator certificates`: a certificate for each thing, from the authority that the endpoint uses."""

from pathlib import Path
from typing import Annotated

import typer


def certificates(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder given to `endpoint --tls`.")],
    things: Annotated[int, typer.Option("--things", "-n", help="For how many things.")] = 10,
    prefix: Annotated[str, typer.Option(help="What their names begin with.")] = "thing-",
    fleet: Annotated[
        Path | None, typer.Option(metavar="FLEET.yaml", help="For the things of this file instead.")
    ] = None,
    thing: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="For this thing instead; may be repeated.")
    ] = None,
    host: Annotated[
        list[str] | None, typer.Option(metavar="HOST", help="A name the server is reached by; may be repeated.")
    ] = None,
) -> int:
    """Make a certificate and key for each thing, as DIR/things/NAME.pem and NAME.key. What is there already stays.

    The names are those that `run --things N --prefix P` gives. A folder without an authority gets one, and a server
    certificate for localhost and each --host.
    """
    from simulator.endpoint.authority import Authority
    from simulator.errors import InputError
    from simulator.fleet_model import MAX_THINGS
    from simulator.thing_names import numbered

    if not 1 <= things <= MAX_THINGS:
        raise InputError("--things", f"{things:,} is not from 1 to {MAX_THINGS:,}")
    if thing:
        names = list(dict.fromkeys(thing))
    elif fleet is not None:
        from simulator import fleet_file

        names = [spec.name for spec in fleet_file.read(fleet).plan(0).specs]
    else:
        names = numbered(prefix, things)
    authority = Authority(folder, where="DIR")
    authority.server_files(host or ())
    there = sum(authority.has_thing(name) for name in names)
    for name in names:
        authority.thing_files(name)
    made = f"{len(names) - there:,} made, {there:,} there already"
    pattern = folder / "things" / "{thing}"
    typer.echo(
        f"{len(names):,} certificates ({made}): --ca {authority.trust_file} --cert {pattern}.pem --key {pattern}.key"
    )
    return 0
