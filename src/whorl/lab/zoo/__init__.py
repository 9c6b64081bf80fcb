"""A zoo: several runs of every architecture on the same pictures, and the same number of samples of each."""
