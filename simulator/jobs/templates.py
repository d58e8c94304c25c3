"""Job templates: those an operator makes, and the managed ones that AWS offers to everybody.

Source: reference sections 8.12 and 12.1 and appendix A.2.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import msgspec

from simulator.jobs.configs import AbortConfig, MaintenanceWindow, PresignedUrlConfig, RetryConfig, RolloutConfig
from simulator.jobs.control_errors import conflict, invalid_request, not_found
from simulator.jobs.placeholders import parameters_in, with_parameters
from simulator.jobs.stored import Job

VERSION: Final = "1.0"
ENVIRONMENTS: Final = ("LINUX",)
KIND: Final = "template"
"""The kind of a template's record, by its id."""


class JobTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """A template as an operator made it. `created_at` in fractional epoch seconds."""

    template_id: str
    description: str
    document: str
    created_at: float
    document_source: str | None = None
    in_progress_timeout_minutes: int | None = None
    presigned_url_config: PresignedUrlConfig | None = None
    rollout_config: RolloutConfig | None = None
    abort_config: AbortConfig | None = None
    retry_config: RetryConfig | None = None
    maintenance_windows: tuple[MaintenanceWindow, ...] = ()
    destination_package_versions: tuple[str, ...] = ()

    @classmethod
    def of_job(cls, job: Job) -> Self:
        """Return the template that a job would be made by."""
        windows = () if job.scheduling_config is None else job.scheduling_config.maintenance_windows
        return cls(
            template_id="",
            description=job.description or "",
            document=job.document,
            created_at=job.created_at,
            document_source=job.document_source,
            in_progress_timeout_minutes=job.in_progress_timeout_minutes,
            presigned_url_config=job.presigned_url_config,
            rollout_config=job.rollout_config,
            abort_config=job.abort_config,
            retry_config=job.retry_config,
            maintenance_windows=windows,
            destination_package_versions=job.destination_package_versions,
        )


NO_TEMPLATE: Final = JobTemplate(template_id="", description="", document="", created_at=0.0)
"""What a job takes from no template at all: nothing."""


class Templates:
    """All templates of the operator."""

    def __init__(self) -> None:
        self._templates: dict[str, JobTemplate] = {}

    def get(self, template_id: str) -> JobTemplate:
        """Return a template.

        Raises:
            ControlError: ResourceNotFoundException.
        """
        template = self._templates.get(template_id)
        if template is None:
            raise not_found(f"Job template {template_id} not found.")
        return template

    def listed(self) -> list[JobTemplate]:
        """Return all templates."""
        return list(self._templates.values())

    def check_free(self, template_id: str) -> None:
        """Let an id pass that is not taken.

        Raises:
            ControlError: ConflictException.
        """
        if template_id in self._templates:
            raise conflict(f"Job template {template_id} already exists.")

    def add(self, template: JobTemplate) -> tuple[str, str, bytes | None]:
        """Add a template; return its record.

        Raises:
            ControlError: ConflictException.
        """
        self.check_free(template.template_id)
        self._templates[template.template_id] = template
        return KIND, template.template_id, msgspec.msgpack.encode(template)

    def delete(self, template_id: str) -> tuple[str, str, bytes | None]:
        """Delete a template; return the record that says so.

        Raises:
            ControlError: ResourceNotFoundException.
        """
        del self._templates[self.get(template_id).template_id]
        return KIND, template_id, None

    def restore(self, data: bytes) -> None:
        """Put a stored record back.

        Raises:
            msgspec.MsgspecError: it is none.
        """
        template = msgspec.msgpack.decode(data, type=JobTemplate)
        self._templates[template.template_id] = template


# --- managed templates ----------------------------------------------------------------------------------------------


class Parameter(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A parameter as DescribeManagedJobTemplate shows it."""

    key: str
    description: str
    regex: str
    example: str
    optional: bool


@dataclass(frozen=True, slots=True)
class ManagedTemplate:
    """One of AWS's own templates. `document` has places for its parameters."""

    name: str
    description: str
    document: str
    parameters: tuple[Parameter, ...]

    def filled(self, given: Mapping[str, str]) -> str:
        """Return the document with parameters put in.

        Raises:
            ControlError: InvalidRequestException; one is missing, or there is no such parameter.
        """
        known = {each.key: each for each in self.parameters}
        for name in given:
            if name not in known:
                raise invalid_request(f"documentParameters has '{name}', which {self.name} does not have.")
        for each in self.parameters:
            if not each.optional and each.key not in given:
                raise invalid_request(f"documentParameters must have '{each.key}' for {self.name}.")
        return with_parameters(self.document, given)


_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "downloadUrl": ("The URL of the file, which may be a pre-signed URL placeholder.", "https://example.com/file.bin"),
    "filePath": ("Where on the device the file is kept.", "/tmp/file.bin"),  # noqa: S108  an example for people
    "packages": ("Names of packages, separated by spaces.", "nginx curl"),
    "services": ("Names of services, separated by spaces.", "nginx"),
    "command": ("The command and its arguments, separated by commas.", "echo,hello"),
    "runAsUser": ("The user who runs the handler.", "user1"),
    "pathToHandler": ("The folder of the handler.", "/default/path/to/handler"),
}
_OPTIONAL: Final = ("runAsUser", "pathToHandler")


def _managed(name: str, description: str, handler: str | None, *needed: str) -> ManagedTemplate:
    places = {key: f"${{aws:iot:parameter:{key}}}" for key in _TEXTS}
    title = name.removeprefix("AWS-")
    action: dict[str, object]
    if handler is None:
        action = {"name": title, "type": "runCommand", "input": {"command": places["command"]}}
    else:
        given = {"handler": handler, "args": [places[key] for key in needed], "path": places["pathToHandler"]}
        action = {"name": title, "type": "runHandler", "input": given}
    action["runAsUser"] = places["runAsUser"]
    document = json.dumps({"version": VERSION, "steps": [{"action": action}]})
    used = parameters_in(document)
    parameters = tuple(
        Parameter(key=key, description=text, regex=".+", example=example, optional=key in _OPTIONAL)
        for key, (text, example) in _TEXTS.items()
        if key in used
    )
    return ManagedTemplate(name, description, document, parameters)


MANAGED: Final[Mapping[str, ManagedTemplate]] = {
    template.name: template
    for template in (
        _managed("AWS-Download-File", "Downloads a file.", "download-file.sh", "downloadUrl", "filePath"),
        _managed("AWS-Install-Application", "Installs applications.", "install-packages.sh", "packages"),
        _managed("AWS-Reboot", "Reboots the device.", "reboot.sh"),
        _managed("AWS-Remove-Application", "Removes applications.", "remove-packages.sh", "packages"),
        _managed("AWS-Restart-Application", "Restarts services.", "restart-services.sh", "services"),
        _managed("AWS-Run-Command", "Runs a shell command.", None, "command"),
        _managed("AWS-Start-Application", "Starts services.", "start-services.sh", "services"),
        _managed("AWS-Stop-Application", "Stops services.", "stop-services.sh", "services"),
    )
}


def managed(name: str, version: str | None = None) -> ManagedTemplate:
    """Return one of AWS's templates.

    Raises:
        ControlError: ResourceNotFoundException.
    """
    template = MANAGED.get(name)
    if template is None or version not in (None, VERSION):
        raise not_found(f"Managed job template {name}{'' if version is None else ':' + version} not found.")
    return template
