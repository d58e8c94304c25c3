"""`endpoint --aws-limits`: publishes, CONNECTs and requests above AWS's rates are refused as AWS refuses them."""

import asyncio
import json
from urllib.error import HTTPError
from urllib.request import urlopen

from simulator.commands.endpoint import parser
from simulator.endpoint import packets
from simulator.endpoint.quotas import GatewaySettings
from simulator.endpoint.request_rates import CONTROLS_PER_SECOND, WRITES_PER_SECOND
from simulator.endpoint.serving import Endpoint, ServeOptions
from simulator.jobs.model import ErrorCode
from tests.support.mqtt_client import MqttClient


def test_they_are_off_unless_asked_for() -> None:
    assert parser().parse_args([]).aws_limits is False
    assert parser().parse_args(["--aws-limits"]).aws_limits is True
    endpoint = Endpoint(ServeOptions(mqtt="127.0.0.1:0", http="127.0.0.1:0"))
    assert endpoint.gateway.settings == GatewaySettings()
    assert endpoint.service.limits is None


async def test_with_them_each_rate_of_aws_holds() -> None:
    endpoint = Endpoint(ServeOptions(mqtt="127.0.0.1:0", http="127.0.0.1:0", has_aws_limits=True))
    assert endpoint.gateway.settings == GatewaySettings.of_aws()
    await endpoint.start()
    try:
        clients = [await MqttClient.connect(endpoint.gateway.port, f"t{number}") for number in range(9)]
        codes = set()
        for client in clients:  # each within its own 100 a second; together above what the service carries out
            for _ in range(WRITES_PER_SECOND // 4):
                client.write(packets.Publish("$aws/things/t/jobs/j/update", b'{"status":"IN_PROGRESS"}', 0, 0))
        for client in clients:
            for _ in range(WRITES_PER_SECOND // 4):
                answer = await client.next_packet()
                assert isinstance(answer, packets.Publish)
                codes.add(json.loads(answer.payload)["code"])
        assert codes == {ErrorCode.RESOURCE_NOT_FOUND, ErrorCode.REQUEST_THROTTLED}
        assert endpoint.service.outcomes["update"][ErrorCode.REQUEST_THROTTLED] > 0
        for client in clients:
            await client.close()

        def ask_often() -> set[tuple[int, str]]:
            refused = set()
            for _ in range(2 * CONTROLS_PER_SECOND + 1):  # within two seconds, one of them sees too many
                try:
                    urlopen(f"{endpoint.http_url}/jobs").close()
                except HTTPError as exc:
                    refused.add((exc.code, exc.headers["x-amzn-ErrorType"]))
                    exc.close()
            return refused

        assert await asyncio.to_thread(ask_often) == {(400, "ThrottlingException")}
    finally:
        await endpoint.close()
