"""`python -m conformance serve MODULE`: speaks the protocol for an engine of this Python's.

It needs the standard library, NumPy and that engine, so that any Python, in any environment, can be
engine or reference.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import IO, Any

from conformance.engines.execute import execute
from conformance.engines.naming.offering import ops_of
from conformance.engines.naming.own import OwnOpsError, add_ops
from conformance.engines.naming.resolving import importable_from_here, resolve_engine
from conformance.engines.observing.texts import said
from conformance.engines.protocol import Engine, EngineError
from conformance.engines.spoken.child import PROTOCOL
from conformance.engines.spoken.traces import trace_to_json
from conformance.program import Program
from conformance.program.coding import decode_step
from conformance.program.inputs import Input

USAGE = "usage: python -m conformance serve ENGINE [OPS_FILE ...]"


def main(arguments: Sequence[str]) -> None:
    """Answer what is asked on the standard input until it says stop, or ends. The arguments are
    the engine's name, and sources of own ops."""
    if not arguments or arguments[0].startswith("-"):
        sys.exit(USAGE)
    importable_from_here()
    answers = _own_output()
    server = _Server(arguments[0], arguments[1:], answers)
    for line in sys.stdin.buffer:
        if not server.answer(line):
            break


def _own_output() -> IO[str]:
    """The standard output, for answers alone: what the engine prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


class _Server:
    def __init__(self, name: str, own: Sequence[str], answers: IO[str]) -> None:
        self.name, self.own, self.answers = name, own, answers
        self.engine: Engine | None = None

    def answer(self, line: bytes) -> bool:
        """Answer a message; whether there are more to come."""
        try:
            message = json.loads(line)
            seq, command = message["seq"], message["cmd"]
        except (ValueError, TypeError, LookupError, RecursionError) as error:
            self._say({"seq": 0, "error": f"no message: {said(error)}"})
            return True
        if command == "stop":
            return False
        try:
            if command == "start":
                answer = self._started(message)
            elif command == "run":
                answer = self._ran(message, seq)
            else:
                answer = {"error": f"there is no command {command!r}"}
        except (EngineError, OwnOpsError) as error:
            answer = {"error": str(error)}
        except Exception as error:  # of the harness's own, or of a program that is none
            answer = {"error": said(error)}
        self._say({"seq": seq, **answer})
        return True

    def _started(self, message: dict[str, Any]) -> dict[str, Any]:
        if message.get("protocol") != PROTOCOL:
            return {"error": f"the protocol here is {PROTOCOL}, not {message.get('protocol')!r}"}
        engine = resolve_engine(self.name)
        add_ops(self.own)
        self.engine = engine
        hello = {"protocol": PROTOCOL, "name": engine.name, "version": engine.version}
        return {**hello, "ops": [*ops_of(engine)]}

    def _ran(self, message: dict[str, Any], seq: int) -> dict[str, Any]:
        if self.engine is None:
            return {"error": "run before start"}
        data = message["program"]
        # It is the harness's own, which has checked it.
        inputs = tuple([Input.from_json(entry) for entry in data["inputs"]])
        program = Program(inputs, tuple([decode_step(step) for step in data["steps"]]))
        trace = execute(program, self.engine, lambda step: self._say({"seq": seq, "at": step}))
        if trace.end is not None:
            return {"error": f"{trace.end.kind}: {trace.end.detail}"}
        return {"trace": trace_to_json(trace)}

    def _say(self, message: dict[str, Any]) -> None:
        self.answers.write(json.dumps(message, separators=(",", ":"), allow_nan=False))
        self.answers.write("\n")
        self.answers.flush()
