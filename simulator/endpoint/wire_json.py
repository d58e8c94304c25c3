"""The base of everything that the endpoint reads and writes as JSON with AWS's names."""

import msgspec


class Wire(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """Members are in camelCase on the wire, and left out where they hold their default."""
