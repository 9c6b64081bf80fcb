"""Generative models of small pictures: one contract, one loop, one file per architecture."""
