"""Whose key it is: thresholds, calibration, the answer."""
