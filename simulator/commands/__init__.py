"""The commands of `thing-simulator`, a module each. `cli` imports only the one that was asked for."""
