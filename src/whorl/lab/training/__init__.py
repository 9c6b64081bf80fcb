"""The parts of a training run: pictures in memory, augmentation, schedule, checkpoints, curves."""
