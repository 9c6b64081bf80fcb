"""Latent fingerprints: a key shifted into the latent code of a picture, and read back from the picture alone."""
