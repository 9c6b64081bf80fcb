"""``python -m whorl``."""

from whorl.cli import main

if __name__ == "__main__":
    main()
