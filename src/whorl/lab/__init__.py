"""The workshop: what builds encoders, data and generators for studies; no audit needs it."""
