"""A weak segmenter: trained with class labels alone, it tells the pixels of a picture's subject from the rest."""

from whorl.lab.segmenter.saved import Segmenter, load_segmenter

__all__ = ["Segmenter", "load_segmenter"]
