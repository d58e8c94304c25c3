"""The JSON Schema (2020-12) of reports: what `thing-simulator report schema` prints."""

from typing import Any

import msgspec

from simulator.report import SCHEMA, SCHEMA_VERSION, Report


def schema() -> dict[str, Any]:
    """Return the schema of the reports that this version writes.

    Unknown members are allowed: a later version may add some under the same number.
    """
    made = msgspec.json.schema(Report)
    definition = made["$defs"]["Report"]["properties"]
    definition["schema"] = {"const": SCHEMA}
    definition["schema_version"] = {"const": SCHEMA_VERSION}
    made["$defs"]["Report"]["required"] = ["schema", "schema_version", *made["$defs"]["Report"]["required"]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Report of Thing Simulator, schema version {SCHEMA_VERSION}",
        **made,
    }
