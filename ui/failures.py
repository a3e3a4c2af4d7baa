"""What an error becomes for the person in front of it.

Knows which errors are Winnow's own; never shows where in the code one arose.
"""

from __future__ import annotations

from ui.terminal import one_line

ROOMS = ("ingestion", "agents", "training", "evals", "ui")


def describe(error: Exception) -> str:
    """Return what a person needs to know about ``error``, in one line.

    Winnow's own errors, and those about a file, say what to do; any other one is a defect and names its kind.
    """
    expected = type(error).__module__.split(".")[0] in ROOMS or isinstance(error, OSError)
    text = one_line(str(error))
    if expected and text:
        return text
    kind = type(error).__name__
    remedy = "WINNOW_TRACEBACK=1 shows where it came from"
    return f"unexpected {kind}: {text or 'no message'} ({remedy})"
