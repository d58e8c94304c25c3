"""The local stand-in for AWS IoT Core: an MQTT gateway, the jobs service, and the HTTP APIs of `iot` and `iot-jobs-data`."""
