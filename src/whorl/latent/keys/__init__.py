"""Keys: who has which, and why each two differ in many bits."""
