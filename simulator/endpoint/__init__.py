"""The local stand-in for AWS IoT Core: MQTT gateway, jobs service, and the HTTP APIs of `iot` and `iot-jobs-data`."""
