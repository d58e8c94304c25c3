"""The boto3 client behind `operator`, and botocore's errors as sentences. boto3 takes half a second: imported late."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from simulator.errors import InputError, SimulatorError, UnreachableError

if TYPE_CHECKING:
    from types_boto3_iot.client import IoTClient

LOCAL_REGION: Final = "us-east-1"
CONNECT_SECONDS: Final = 5
ANSWER_SECONDS: Final = 30
_MACHINE_SETTINGS: Final = ("profile", "config_file", "credentials_file")


class RefusedError(SimulatorError):
    """The control plane answered, and would not or could not do it. `code` is AWS's word, e.g. ThrottlingException."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def is_aws(http_url: str | None) -> bool:
    """Whether the control plane at `http_url` is AWS itself (None is)."""
    host = (urlsplit(http_url).hostname or "") if http_url else ""
    return http_url is None or host.endswith((".amazonaws.com", ".amazonaws.com.cn"))


def region_of(http_url: str | None) -> str | None:
    """Return the region in a URL of AWS (https://iot.eu-west-1.amazonaws.com); None leaves it to the machine."""
    levels = (urlsplit(http_url).hostname or "").split(".") if http_url else []
    return levels[1] if len(levels) >= 4 and levels[0] in ("iot", "iot-fips") else None


def warm_up() -> None:
    """Import boto3, so that the first client need not; to be called in a thread while something else takes its time."""
    import boto3  # noqa: F401


def make_client(http_url: str | None, region: str | None, connections: int, profile: str = "") -> "IoTClient":
    """Return a client of the control plane at `http_url` (see `operator.Operator`); it keeps `connections` open."""
    import boto3
    import botocore.session
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=ANSWER_SECONDS,
        max_pool_connections=connections,
        retries={"mode": "standard", "total_max_attempts": 5 if is_aws(http_url) else 2},
    )
    if is_aws(http_url):
        session = boto3.Session(region_name=region or region_of(http_url), profile_name=profile or None)
        return session.client("iot", endpoint_url=http_url, config=config)
    # Four Nones: neither the environment nor a file is asked for these, so a broken AWS profile does no harm.
    nowhere = dict.fromkeys(_MACHINE_SETTINGS, (None, None, None, None))
    session = boto3.Session(
        botocore_session=botocore.session.Session(session_vars=nowhere),
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106  it opens nothing
        region_name=region or LOCAL_REGION,
    )
    return session.client("iot", endpoint_url=http_url, config=config.merge(Config(proxies={})))


@contextlib.contextmanager
def explained(address: str) -> Iterator[None]:
    """Turn botocore's errors into the program's own, each one sentence."""
    from botocore import exceptions as boto

    try:
        yield
    except boto.ClientError as exc:
        raise _refused(exc) from exc
    except (boto.NoCredentialsError, boto.PartialCredentialsError, boto.ProfileNotFound) as exc:
        mend = "run `aws configure`, name another profile, or a local control plane with --http"
        raise InputError("AWS credentials", _one_line(exc), mend) from exc
    except (boto.NoRegionError, boto.InvalidRegionError) as exc:
        raise InputError("AWS region", _one_line(exc), "set AWS_REGION") from exc
    except boto.ParamValidationError as exc:
        raise InputError("", _one_line(exc)) from exc
    except (boto.HTTPClientError, boto.ConnectionError) as exc:
        raise UnreachableError(address, _cause(exc)) from exc
    except boto.BotoCoreError as exc:
        raise RefusedError("", _one_line(exc)) from exc
    except ValueError as exc:
        if "endpoint" not in str(exc):
            raise
        raise InputError("--http", f"{address} is not a URL", "write http://HOST:PORT") from exc


def _refused(exc: Exception) -> SimulatorError:
    """Return the error for botocore's ClientError: the caller's mistake is an InputError, all else a RefusedError."""
    response = getattr(exc, "response", {})
    operation = getattr(exc, "operation_name", "the request")
    code = response.get("Error", {}).get("Code") or "no error code"
    message = _one_line(response.get("Error", {}).get("Message") or "no message")
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status in (400, 404, 409) and "Throttling" not in code:
        return InputError(operation, f"{message} ({code})")
    return RefusedError(code, f"{operation} was refused: {message} ({code})")


def _cause(exc: BaseException | None) -> str:
    """Return the system's words for a failed connection, without the URL and the objects that are put around them."""
    from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

    if isinstance(exc, ConnectTimeoutError | ReadTimeoutError):
        return "no answer in time"
    outermost = exc
    for _ in range(8):  # botocore around urllib3 around the socket's error
        if exc is None:
            break
        if isinstance(exc, OSError) and exc.strerror:
            return exc.strerror[:1].lower() + exc.strerror[1:]
        inner = getattr(exc, "kwargs", {}).get("error")
        exc = inner if isinstance(inner, BaseException) else exc.__cause__ or exc.__context__
    return _one_line(outermost)


def _one_line(text: object) -> str:
    return " ".join(str(text).split()).rstrip(".")
