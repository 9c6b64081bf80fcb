"""Classifiers on numbers per picture, under one contract."""
