"""How long a newcomer waits: import, the demo and a first match, each in a process of its own.

    python benchmarks/startup.py [--runs 11]

Prints medians and p99 in milliseconds. The bare interpreter is timed beside them, so that a slow machine shows.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

COMMANDS = {
    "python itself": ["-c", "pass"],
    "import communityconnector": ["-c", "import communityconnector"],
    "demo": ["-m", "communityconnector", "demo"],
    "first match": ["-m", "communityconnector", "match", "soup kitchen", "--near", "28694"],
}


def main() -> None:
    """Time every command and print a row for each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--runs", type=int, default=11, help="counted runs of each command, after one that is not"
    )
    runs = parser.parse_args().runs
    print(f"{'':28}{'median ms':>10}{'p99 ms':>10}   ({runs} runs, Python {sys.version.split()[0]})")
    for name, words in COMMANDS.items():
        times = []
        for run in range(runs + 1):
            start = time.perf_counter()
            subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # our own
            if run:
                times.append((time.perf_counter() - start) * 1000)
        p99 = statistics.quantiles(times, n=100, method="inclusive")[98]
        print(f"{name:28}{statistics.median(times):10.0f}{p99:10.0f}")


if __name__ == "__main__":
    main()
