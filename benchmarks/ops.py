"""How long a call of each op takes on a handful of elements, alone and with its backward pass, in
torch's time. On so few elements nearly all of it is the engine's own work, not the mathematics."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from timeit import Timer
from types import ModuleType
from typing import Final

import torch

import mini_autograd
from conformance import Program, TorchLike, execute
from conformance.catalogue import CATALOGUE
from conformance.generate.forms import calls_of
from conformance.program.steps import Call
from conformance.program.trace import Returned

CALLS = 50  # in one turn
TURNS = 25
ELEMENTS = 16  # of all tensors of a call together, at most
WANTED_FORWARD = 1.8  # the medians
WANTED_BOTH = 0.8
NEEDS_REASON = 3.0
_DTYPES: Final = frozenset({"float32", "int64", "bool"})

CREATIONS: Final = (
    "torch.tensor(1.5)", "torch.tensor(2)", "torch.tensor([1., 2.])", "torch.tensor([[1, 2]])",
    "torch.tensor([1., 2.], requires_grad=True)", "torch.zeros(3)", "torch.zeros(2, 3)",
    "torch.ones((2, 3))", "torch.ones(3, dtype=torch.float64)", "torch.arange(4)",
    "torch.arange(1, 4)", "torch.arange(0., 1., 0.25)", "torch.full((2,), 1.5)", "torch.eye(2)",
    "torch.linspace(0, 1, 3)",
)  # fmt: skip

# Why a call takes more than three times as long as torch's: how the texts of such calls begin. A
# number is how long NumPy's calls alone take, on two or four elements, in torch's time.
REASONS: Final[dict[str, tuple[str, ...]]] = {
    "NumPy alone: 2.0": ("torch.softmax", "torch.nn.functional.softmax"),
    "NumPy alone: 2.3": (
        "torch.log_softmax", "torch.nn.functional.log_softmax", "torch.remainder",
    ),
    "NumPy alone: 2.5, after a log_softmax": ("torch.nn.functional.cross_entropy",),
    "NumPy alone: 1.2": ("torch.put",),
    "rounded as torch does, number by number; NumPy alone: 1.2 to 2.1": (
        "torch.std", "torch.var", "x0.std", "x0.var",
    ),
    "several ops, each recorded": (
        "torch.vstack", "torch.hstack", "torch.take_along_dim", "torch.inner", "torch.outer",
        "torch.nn.functional.linear", "torch.broadcast_tensors", "torch.repeat_interleave",
    ),
    "a product, two scalings and a sum, each a call of NumPy": ("torch.addmm",),
    "several views, each a tensor with its history": ("torch.chunk", "torch.unbind"),
    "operands of two dtypes, promoted in general": ("torch.sub(x0, x1, alpha",),
    "a view is an array, a tensor and its history, three objects of Python": (
        "torch.as_strided", "torch.broadcast_to", "torch.view_as_complex", "torch.diagonal",
        "x0.expand", "torch.movedim", "torch.flatten", "x0.T", "x0.mT", "x0[", "torch.ravel",
        "torch.reshape", "x0.reshape", "torch.unflatten", "x0.view",
    ),
    "indices are looked at before NumPy takes them, in Python": (
        "torch.gather", "torch.index_add", "torch.scatter",
    ),
    "several calls of NumPy": ("torch.amin", "torch.trace", "torch.linspace"),
    "shapes and dtypes of all operands are looked at, in Python": ("torch.cat",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """One call, and its times in torch's."""

    call: str
    forward: float
    both: float | None  # None where no gradient flows

    @property
    def reason(self) -> str:
        """Why it takes longer than it should; `missing` if nobody has said."""
        if max(self.forward, self.both or 0.0) <= NEEDS_REASON:
            return ""
        found = (why for why, texts in REASONS.items() if self.call.startswith(texts))
        return next(found, "missing")


def measured() -> list[Measured]:
    """Every op's calls, the slowest first, and then what makes tensors."""
    rows = [row for setup, call in _calls() if (row := _measured(setup, call))]
    made = [Measured(call, _ratio("pass", call), None) for call in CREATIONS]
    return sorted(rows + made, key=lambda row: -row.forward)


def medians(rows: list[Measured]) -> tuple[float, float]:
    """Of the times of a call alone, and of one with its backward pass."""
    both = [row.both for row in rows if row.both is not None]
    return median(row.forward for row in rows), median(both)


def _calls() -> Iterator[tuple[str, str]]:
    """Setup and text of a call of each op with so many arguments, given by position or by name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for programs in _programs():
            best: dict[object, tuple[object, Program]] = {}
            for program in programs:
                step = program.steps[0]
                assert isinstance(step, Call)
                key = len(step.args), bool(step.kwargs)
                rank = step.form != "function", len(step.kwargs), _elements(program)
                if key not in best or rank < best[key][0]:
                    best[key] = rank, program
            for _, program in best.values():
                *setup, call = program.script().strip().removeprefix("import torch").splitlines()
                yield "\n".join(setup), call.removeprefix("t0 = ")


def _programs() -> Iterator[Iterator[Program]]:
    """The harness's calls of each op that both engines return from."""
    reference, subject = TorchLike(torch), TorchLike(mini_autograd)
    for entry in CATALOGUE.values():
        if entry.differentiable and entry.forms:
            yield (
                program
                for program, trace in calls_of(entry, reference)
                if isinstance(trace.outcomes[0], Returned)
                and _is_plain(program)
                and isinstance(execute(program, subject).outcomes[0], Returned)
            )


def _is_plain(program: Program) -> bool:
    step = program.steps[0]
    if not isinstance(step, Call) or step.op.endswith(("_", "=")) or "dtype" in step.kwargs:
        return False
    for each in program.inputs:
        if 0 in each.shape or each.layout.views or each.dtype not in _DTYPES:
            return False
    return _elements(program) <= ELEMENTS and any(x.requires_grad for x in program.inputs)


def _elements(program: Program) -> int:
    return sum(torch.Size(each.shape).numel() for each in program.inputs)


def _measured(setup: str, call: str) -> Measured | None:
    """None if torch gives the result no gradient."""
    names: dict[str, object] = {"torch": torch}
    exec(f"{setup}\nout = {call}", names)
    outs = names["out"] if isinstance(names["out"], (tuple, list)) else [names["out"]]
    flows = [place for place, out in enumerate(outs) if getattr(out, "requires_grad", False)]
    if not flows:
        return None
    several = isinstance(names["out"], (tuple, list))
    roots = ", ".join(f"out[{place}]" for place in flows) if several else "out"
    leaves = [name for name, x in names.items() if getattr(x, "is_leaf", False) and name[0] == "x"]
    begin = f"{setup}\nout = {call}\nseeds = [torch.ones_like(each) for each in [{roots}]]"
    clear = "".join(f"{name}.grad = " for name in leaves)
    both = f"{clear}None\nout = {call}\ntorch.autograd.backward([{roots}], seeds)"
    return Measured(call, _ratio(setup, call), _ratio(begin, both))


def _ratio(setup: str, text: str) -> float:
    """The best of many turns, which both take in turn."""
    modules: tuple[ModuleType, ...] = torch, mini_autograd
    timers = [Timer(text, setup, globals={"torch": module}) for module in modules]
    for timer in timers:
        timer.timeit(CALLS)
    turns = [[timer.timeit(CALLS) for timer in timers] for _ in range(TURNS)]
    reference, subject = (min(times) for times in zip(*turns, strict=True))
    return subject / reference
