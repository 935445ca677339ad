"""The `with` blocks that a program opens and leaves."""

from __future__ import annotations

from conformance.generate.drawing.drawing import Drawing
from conformance.generate.drawing.tape import weighted
from conformance.generate.planning.effects import DUAL_LEVEL, MUTATION
from conformance.generate.values import making
from conformance.program.steps import Call, EnterMode, LeaveMode, PackHooks, Step
from conformance.program.values import DIFFERENTIABLE
from conformance.program.words.hooks import PACKS

RAISING_PERCENT = 45.0  # of the blocks that may be left by an error are

_GRAD_MODES = weighted(
    (EnterMode("no_grad"), 4),
    (EnterMode("enable_grad"), 2),
    (EnterMode("set_grad_enabled", (False,)), 1),
    (EnterMode("set_grad_enabled", (True,)), 1),
)
_OTHERS = weighted(
    (EnterMode("autograd.detect_anomaly", (False,)), 2),
    (EnterMode("autograd.detect_anomaly"), 1),
    (EnterMode("autograd.graph.save_on_cpu"), 2),
    (EnterMode("autograd.graph.disable_saved_tensors_hooks", ("no hooks here",)), 2),
    (EnterMode(MUTATION), 2),
    (EnterMode("autograd.set_multithreading_enabled", (False,)), 1),
)
_INFERENCE = weighted((EnterMode("inference_mode"), 3), (EnterMode("inference_mode", (False,)), 1))
_REFUSED = ("raise_packing", "raise_unpacking", "wrong_type", "shape", "write_packing")
# Torch's kernels do not check the shapes of what was saved, and write past the end.
_NEVER = ("wrong_shape",)
_PACKS = weighted(*((name, 1) for name in PACKS if name not in (*_REFUSED, *_NEVER)))


def grad_mode(drawing: Drawing) -> Step:
    """A block in which operations are recorded, or are not."""
    return drawing.tape.pick(_GRAD_MODES)


def inference(drawing: Drawing) -> Step:
    """A block of inference mode."""
    return drawing.tape.pick(_INFERENCE)


def other(drawing: Drawing) -> Step:
    """A block of another mode of autograd's."""
    return drawing.tape.pick(_OTHERS)


def dual(drawing: Drawing) -> Step | None:
    """A block of forward-mode AD; within one, a tensor with a tangent, or these two apart."""
    tape = drawing.tape
    if not drawing.history.modes.within(DUAL_LEVEL):
        return EnterMode(DUAL_LEVEL)
    fits = [live for live in drawing.live() if live.dtype in DIFFERENTIABLE]
    if not fits:
        return None
    if tape.chance(45):
        return Call(_UNPACK, (fits[0].ref,), {}, result=drawing.result())
    live = tape.pick(fits)
    alike = [other for other in fits if (other.shape, other.dtype) == (live.shape, live.dtype)]
    if not alike[1:] or tape.chance(50):
        tangent = drawing.fresh(
            lambda name: making.tensor(
                tape, name, live.dtype, live.shape, special=False, grad_percent=15
            )
        )
    else:
        tangent = tape.pick(alike)
    return Call(_MAKE, (live.ref, tangent.ref), {}, result=drawing.result())


_MAKE, _UNPACK = "autograd.forward_ad.make_dual", "autograd.forward_ad.unpack_dual"


def pack(drawing: Drawing) -> Step:
    """A block in which what is saved goes through two functions."""
    rows = _PACKS
    if drawing.tape.chance(40 if drawing.flawed else 4):
        rows = _REFUSED
    return PackHooks(drawing.tape.pick(rows), f"pack{len(drawing.steps)}")


def leave(drawing: Drawing) -> Step:
    """The end of the innermost block."""
    raising = "left by an error" in drawing.features and drawing.tape.chance(RAISING_PERCENT)
    return LeaveMode(raising)
