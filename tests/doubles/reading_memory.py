"""Reads the files of a folder and prints by how many bytes this process grew at its peak. Run as a program, on Linux.

What it prints is one JSON object: the growth, and for each file its letters and what its refusals say.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

from ingestion.raw_letter import Refusal
from ingestion.readers import Columns, read_by_path


def peak() -> int:
    """Return the most memory this process had since the peak was last forgotten."""
    lines = Path("/proc/self/status").read_text().splitlines()
    [line] = [line for line in lines if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def main() -> None:
    """Read the folder named by the first argument, after one ordinary letter that loads what reading needs."""
    folder, first = sys.argv[1:3]
    list(read_by_path([first], Columns()))
    Path("/proc/self/clear_refs").write_text("5")
    before = peak()
    letters: dict[str, int] = defaultdict(int)
    refused: dict[str, list[str]] = defaultdict(list)
    for _, found in read_by_path([folder], Columns()):
        name = found.source.split("/")[1].split(" ")[0]
        if isinstance(found, Refusal):
            refused[name].append(str(found))
        else:
            letters[name] += 1
    sys.stdout.write(json.dumps({"grown": peak() - before, "letters": letters, "refused": refused}))


if __name__ == "__main__":
    main()
