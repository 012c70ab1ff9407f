"""TuneGuild: a guild of specialists that fine-tunes an open-weight model and proves that it was worth it.

Importing the package does nothing but name its version; every room is imported where it is used, so that the command
line starts light.
"""

__version__ = "0.1.0"
