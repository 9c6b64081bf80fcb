"""Who made this one picture: classifiers trained on pictures by known models, and what they are worth."""
