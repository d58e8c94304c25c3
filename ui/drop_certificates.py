"""Certificates and keys among what is dropped: what each file is, and which field of the connection page it is for."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ui.connection_files import CertificateFiles

ENDINGS: Final = (".pem", ".crt", ".cer", ".key")
MOST_BYTES: Final = 1024 * 1024  # a bundle of authorities has some hundred thousand
_CERTIFICATE: Final = b"-----BEGIN CERTIFICATE-----"
_KEY: Final = b"PRIVATE KEY-----"


class Pem(StrEnum):
    """What a file is for."""

    CA = "ca"
    CERTIFICATE = "certificate"
    KEY = "key"


def pem_of(path: Path) -> Pem | None:
    """Return what a file in PEM is for; None if it is no certificate and no key.

    Raises:
        OSError: it cannot be read.
    """
    if path.stat().st_size > MOST_BYTES:
        return None
    content = path.read_bytes()
    if _CERTIFICATE in content:
        return Pem.CA if _is_authority(content) else Pem.CERTIFICATE
    return Pem.KEY if _KEY in content else None


def has_certificates(folder: Path) -> bool:
    """Whether a folder has files that may be the things' certificates.

    Raises:
        OSError: it cannot be read.
    """
    return any(path.suffix.lower() in ENDINGS for path in folder.iterdir())


def fill(files: "CertificateFiles", kind: Pem, path: Path) -> None:
    """Put a file into its field."""
    edit = {Pem.CA: files.ca_edit, Pem.CERTIFICATE: files.certificate_edit, Pem.KEY: files.key_edit}[kind]
    edit.setText(str(path))
    edit.setFocus()


def _is_authority(content: bytes) -> bool:
    """Whether the first certificate may sign others: it says so, or is an old one that has signed itself."""
    from cryptography import x509

    try:
        certificate = x509.load_pem_x509_certificates(content)[0]
        said = [each.value.ca for each in certificate.extensions if isinstance(each.value, x509.BasicConstraints)]
    except (ValueError, x509.DuplicateExtension):
        return False
    return said[0] if said else certificate.issuer == certificate.subject
