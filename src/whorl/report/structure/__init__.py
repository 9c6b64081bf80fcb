"""Artifacts and what they reveal, as figures. Nothing is computed."""
