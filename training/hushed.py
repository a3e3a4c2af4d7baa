"""Keeps the training libraries' talk to their own developers away from the person who trains.

Knows which talk it is: PEFT 0.21 and TRL 1.16 call names that transformers 5.23 is about to rename, and say so.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def libraries_hushed() -> Iterator[None]:
    """Drop FutureWarnings about the libraries' own calls, and their advice and progress bars on stderr."""
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # says on import which kernels it lacks
    import datasets
    from transformers.utils import logging as transformers_logging

    level = transformers_logging.get_verbosity()
    bars = datasets.are_progress_bars_disabled()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        transformers_logging.set_verbosity_error()
        transformers_logging.disable_progress_bar()
        datasets.disable_progress_bars()
        try:
            yield
        finally:
            transformers_logging.set_verbosity(level)
            transformers_logging.enable_progress_bar()
            if not bars:
                datasets.enable_progress_bars()
