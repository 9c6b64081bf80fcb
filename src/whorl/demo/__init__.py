"""`whorl demo`: real pictures, generators trained on the spot, one report; no network."""
