"""The language of AWS IoT Jobs, both halves of the conversation. Pure: no I/O, no clock, no asyncio, no chance."""
