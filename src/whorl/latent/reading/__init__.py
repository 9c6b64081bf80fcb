"""Readers: from a picture to the key in it."""
