"""Every measured figure of docs/scaling.md: `python -m benchmarks.scaling --data DIR`, alone on the machine.

First syncs on Ray beside local ones, then searches on an index of this machine beside one that a Chroma server shares.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from . import ray_sync, scale

_COPIES = 20
_CHUNKS = (1_000, 10_000, 100_000)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the question sets")
    parser.add_argument("--chunks", type=int, nargs="*", default=_CHUNKS)
    given = parser.parse_args()
    ray_sync.measure(_COPIES)
    for server in (False, True):
        print(f"\n{'Shared on a server' if server else 'On this machine'}\n")
        scale.measure(given.data, given.chunks, server=server)


if __name__ == "__main__":
    main()
