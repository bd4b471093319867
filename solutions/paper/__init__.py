"""Rezende and Mohamed's experiment with images (2015, section 6.2) at its own size. See `python -m solutions.paper`."""
