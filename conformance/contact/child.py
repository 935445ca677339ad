"""The process in which first contact is made: `python -m conformance.contact.child`.

It is told what to try by a line of JSON on its standard input, and tells what came of it in a file,
a line of JSON each, since an engine may print what it likes.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
import threading
import traceback
from collections.abc import Mapping
from dataclasses import asdict
from typing import IO, Any

from conformance.claims import claims_of
from conformance.contact.probe import climb, failed_import, lost_import, passed_import
from conformance.contact.process import NAMES
from conformance.contact.rungs.ladder import LADDER, blocked
from conformance.contact.rungs.rung import Climbed
from conformance.corpus.opinfo.own import entry_of
from conformance.engines import Engine, EngineError, resolve_engine
from conformance.engines.naming.offering import ops_of
from conformance.engines.naming.own import add_ops
from conformance.generate.forms import tried


def main() -> None:
    """Climb, and tell of each rung before it is tried and after."""
    order = json.loads(sys.stdin.buffer.readline())
    _end_with_the_parent()
    sys.path[:] = order["path"]
    with open(order["told"], "a", encoding="utf-8") as told, open(order["faults"], "w") as faults:
        given = [Climbed(**each) for each in order["given"]]
        child = _Child(order, told, faults)
        try:
            child.climb({each.rung: each for each in given})
        except Exception:
            child.tell(broken=traceback.format_exc())
        os._exit(0)  # An engine may hang at exit, or print: both come too late to matter.


def _end_with_the_parent() -> None:
    """Give the engine an empty standard input, and end when the parent closes its side."""
    parent = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)

    def wait() -> None:
        while os.read(parent, 1):
            pass
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


class _Child:
    def __init__(self, order: dict[str, Any], told: IO[str], faults: IO[str]) -> None:
        self.order, self.told, self.faults = order, told, faults

    def tell(self, **line: Any) -> None:
        # What an engine says of itself may be anything.
        text = json.dumps(line, default=lambda value: f"a {type(value).__name__}")
        self.told.write(f"{text}\n")
        self.told.flush()

    def climb(self, climbed: dict[str, Climbed]) -> None:
        name = self.order["name"]
        reference = resolve_engine("torch")
        add_ops(self.order["own"])
        self.tell(ready=True)
        faulthandler.enable(self.faults)
        if "import" in climbed and climbed["import"].state != "passed":
            self.tell(end=True)
            return
        self._begin(lost_import(name))
        try:
            engine = resolve_engine(name)
            version = engine.version
        except EngineError as error:
            self._done(failed_import(name, error))
            self.tell(end=True)
            return
        self._done(passed_import(name))
        self.tell(version=version)
        claims = claims_of(name)
        climbed["import"] = passed_import(name)
        if self.order["ops"]:
            self._call_ops(engine, reference, climbed)
            self.tell(end=True)
            return
        for rung in LADDER:
            if rung.name in climbed:
                continue
            if (found := blocked(rung, climbed)) is None:
                self._begin(Climbed(rung.name, rung.asks, "crashed", add=f"it needs {rung.add}"))
                found = climb(rung, engine, reference, climbed, claims)
            climbed[rung.name] = found
            self._done(found)
        self._begin(Climbed(NAMES, "the names of ops are looked for", "crashed"))
        self.tell(ops=ops_of(engine))
        self.tell(end=True)

    def _call_ops(self, engine: Engine, reference: Any, done: Mapping[str, Climbed]) -> None:
        for name in self.order["ops"]:
            if name in done:
                continue
            self._begin(Climbed(name, "", "crashed"))
            answers = [
                (each.answer, each.said) for each in tried(entry_of(name), engine, reference)
            ]
            self._done(Climbed(name, "", "passed", json.dumps(answers)))

    def _begin(self, climbed: Climbed) -> None:
        seconds = self.order["seconds"]
        if climbed.rung != "import":
            limit = seconds.get(climbed.rung, seconds[""])
            faulthandler.dump_traceback_later(limit, file=self.faults)
        self.tell(begin=asdict(climbed))

    def _done(self, climbed: Climbed) -> None:
        faulthandler.cancel_dump_traceback_later()
        self.tell(done=asdict(climbed))


if __name__ == "__main__":
    main()
