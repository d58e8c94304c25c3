"""`thing-simulator faults`: make faults at an endpoint that runs, list what they did, and end them."""

from typing import Annotated, Any, Final

import typer

from simulator.endpoint.faults_model import FaultKind, Refusal, Stage, Via
from simulator.report_words import number_of

faults = typer.Typer(
    help="Faults at a running local endpoint: replies that are lost, late or doubled, refusals, cut connections.",
    rich_markup_mode=None,
    no_args_is_help=False,
)

_SECONDS: Final = 10.0
_ALWAYS: Final = ("probability", 1.0)
Http = Annotated[str, typer.Option(metavar="URL", help="The endpoint's HTTP address.")]
_URL: Final = "http://127.0.0.1:8000"


@faults.callback(invoke_without_command=True)
def main(context: typer.Context, http: Http = _URL) -> int:
    """Faults at a running local endpoint. Without a command: list them."""
    return list_(http) if context.invoked_subcommand is None else 0


@faults.command("list")
def list_(http: Http = _URL) -> int:
    """List the faults and how often each has acted."""
    found: list[dict[str, Any]] = _ask(http, "GET", "/_simulator/faults")["faults"]
    for fault in found:
        typer.echo(_line(fault))
    if not found:
        typer.echo("there are no faults")
    return 0


@faults.command()
def add(
    kind: Annotated[FaultKind, typer.Argument(metavar="KIND", help=f"{', '.join(FaultKind)}.")],
    on: Annotated[Stage | None, typer.Option(help="What is spoilt; the usual depends on the kind.")] = None,
    thing: Annotated[str, typer.Option(metavar="GLOB", help="Which things, such as 'pump-*'.")] = "*",
    operation: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this AWS operation; may be repeated.")
    ] = None,
    via: Annotated[Via, typer.Option(help="Only requests over MQTT or HTTP.")] = Via.ANY,
    probability: Annotated[float | None, typer.Option(help="How likely each time: above 0, up to 1.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of that chance; the same seed spoils the same messages.")] = None,
    count: Annotated[int | None, typer.Option(help="How often at most.")] = None,
    seconds: Annotated[float | None, typer.Option(help="For so many simulated seconds.")] = None,
    delay: Annotated[float | None, typer.Option(help="How late, in simulated seconds.")] = None,
    jitter: Annotated[float | None, typer.Option(help="Give or take so many.")] = None,
    how: Annotated[Refusal | None, typer.Option(help="How a CONNECT is refused.")] = None,
    http: Http = _URL,
) -> int:
    """Begin with a fault."""
    members = {
        "kind": kind,
        "on": on,
        "thing": thing,
        "operations": operation or None,
        "via": via,
        "probability": probability,
        "seed": seed,
        "count": count,
        "seconds": seconds,
        "delaySeconds": delay,
        "jitterSeconds": jitter,
        "how": how,
    }
    asked = {name: value for name, value in members.items() if value is not None}
    typer.echo(_line(_ask(http, "POST", "/_simulator/faults", asked)))
    return 0


@faults.command()
def clear(
    fault_id: Annotated[str | None, typer.Argument(metavar="ID", help="One of them; without it, all.")] = None,
    http: Http = _URL,
) -> int:
    """End one fault, or all of them; what all of them hold back is sent at once."""
    if fault_id is None:
        typer.echo(f"{_ask(http, 'DELETE', '/_simulator/faults')['removed']} ended")
    else:
        from urllib.parse import quote

        typer.echo(_line(_ask(http, "DELETE", f"/_simulator/faults/{quote(fault_id, safe='')}") | {"isActive": False}))
    return 0


def _line(fault: dict[str, Any]) -> str:
    shown = {name: fault[name] for name in ("probability", "count", "seconds")}
    limits = [f"{name} {value:g}" for name, value in shown.items() if value is not None and (name, value) != _ALWAYS]
    told = [fault["id"], fault["kind"], f"on {fault['on']}", f"of {fault['thing']}", *fault["operations"], *limits]
    return f"{' '.join(told)}: acted {number_of(fault['acted'], 'time')}" + ("" if fault["isActive"] else ", over")


def _ask(url: str, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the answer.

    Raises:
        InputError: the URL is none, or the endpoint refuses; in its own words.
        UnreachableError: nobody is there.
    """
    import http.client
    import json
    import urllib.error
    import urllib.request

    from simulator.errors import InputError, UnreachableError
    from simulator.transport.address import check_url

    check_url(url)
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url.rstrip('/')}{path}", data=data, method=method)  # noqa: S310  checked
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310  checked
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError as exc:
        with exc:
            text = exc.read(4096)
        try:
            message = str(json.loads(text)["message"])
        except (ValueError, KeyError, TypeError):
            message = f"it answers {exc.code}"
        if exc.code in (400, 404, 405):
            raise InputError("", message) from None
        raise UnreachableError(url, message) from None
    except (OSError, http.client.HTTPException, ValueError) as exc:
        reason = getattr(exc, "reason", exc)
        cause = getattr(reason, "strerror", None) or str(reason)
        raise UnreachableError(url, cause[:1].lower() + cause[1:]) from None
