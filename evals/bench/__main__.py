"""All measurements of speed and memory, one after another: ``python -m evals.bench [NAME...]``, or ``make bench``.

Measures nothing itself. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from evals.bench.screen import BUNDLED_LETTERS, REAL_LETTERS, ROOT

BENCHES: dict[str, str] = {
    "encoder": "the encoder beside LlamaIndex's, on the same texts",
    "llm": "judging by a language model, beside naive generation (some minutes)",
    "screen": "letters in, then a screening, beside LlamaIndex's default path",
    "scale": "100,000 letters with given vectors, beside LlamaIndex, FAISS and its JSON stores",
}


def main() -> int:
    """Run the chosen benches, each in a process of its own; return 1 when one failed."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench", description="Measure speed and memory.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(BENCHES)}; default: all")
    parser.add_argument("--letters", type=Path, help="a file or folder of letters (for encoder and screen)")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in BENCHES]
    if unknown:
        parser.error(f"a bench must be one of {', '.join(BENCHES)}, but got {unknown[0]!r}")
    letters = arguments.letters or (REAL_LETTERS if REAL_LETTERS.is_file() else BUNDLED_LETTERS)
    if not letters.exists():
        parser.error(f"--letters must be a file or folder, but {letters} does not exist")
    print(f"{datetime.now(UTC):%Y-%m-%d}, {_processor()}, Python {platform.python_version()}", flush=True)
    failed = 0
    for name in arguments.names or BENCHES:
        print(f"\n{name}: {BENCHES[name]}", flush=True)
        given = [] if name == "scale" else [str(letters.resolve())]
        command = [sys.executable, "-m", f"evals.bench.{name}", *given]
        failed |= subprocess.run(command, cwd=ROOT, check=False).returncode != 0
    return int(failed)


def _processor() -> str:
    """Return the processor's name as Linux gives it."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else platform.machine()


if __name__ == "__main__":
    sys.exit(main())
