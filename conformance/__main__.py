"""`python -m conformance` is the command `conformance`."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:  # which needs none of what the command needs
        from conformance.engines.spoken.serve import main as serve

        serve(sys.argv[2:])
    else:
        from conformance.cli import main

        main()
