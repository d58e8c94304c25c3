"""How a thing behaves, as data a person can read, diff and share."""
