"""AWS's limits on jobs and on the device gateway, and the checks that go with them."""

import re
from typing import Final

# AWS IoT Jobs (reference section 10.1; the service models of `iot` and `iot-jobs-data`).
JOB_ID: Final = re.compile(r"[a-zA-Z0-9_-]{1,64}")
THING_NAME: Final = re.compile(r"[a-zA-Z0-9:_-]{1,128}")
GROUP_NAME: Final = THING_NAME
GROUP_ID: Final = re.compile(r"[a-zA-Z0-9-]{1,128}")
TEMPLATE_NAME: Final = re.compile(r"[^\x00-\x1f]{1,64}")
TEMPLATE_VERSION: Final = re.compile(r"[1-9]+.[0-9]+")
NAMESPACE_ID: Final = re.compile(r"[a-zA-Z0-9_-]+")
JOB_DOCUMENT_BYTES: Final = 32_768
DESCRIPTION_CHARACTERS: Final = 2028
TARGETS: Final = 100
ARN_CHARACTERS: Final = 2048
PACKAGE_VERSIONS: Final = 25
PRESIGNED_PLACEHOLDERS: Final = 10
JOBS_IN_DELETION: Final = 10
STATUS_DETAILS_PAIRS: Final = 10
STATUS_DETAILS_KEY: Final = re.compile(r"[a-zA-Z0-9:_-]{1,128}")
STATUS_DETAILS_VALUE_CHARACTERS: Final = 1024
TIMEOUT_MINUTES: Final = (1, 10_080)
STEP_TIMEOUT_CANCEL: Final = -1
PENDING_LISTED: Final = 10
PENDING_LISTED_SCHEDULED: Final = 15
REASON_CODE: Final = re.compile(r"[A-Z0-9_]{1,128}")
MAX_RESULTS: Final = (1, 250)

# The device gateway (reference section 10.3).
PAYLOAD_BYTES: Final = 128 * 1024
CLIENT_ID_BYTES: Final = 128
TOPIC_BYTES: Final = 256
TOPIC_SLASHES: Final = 7
FILTERS_PER_SUBSCRIBE: Final = 8
SUBSCRIPTIONS_PER_CONNECTION: Final = 50
IN_FLIGHT: Final = 100
KEEP_ALIVE_SECONDS: Final = (30, 1200)
SESSION_EXPIRY_SECONDS: Final = 3600
