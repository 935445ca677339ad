"""The tutorial is read as a reader sees it; torch prints what was recorded, but for the drift."""

from __future__ import annotations

import pytest
from fakes import torch_but

from conformance import Returned, Snippet, Text, Unsupported, compare, execute, resolve_engine
from conformance.corpus.tutorial import cells, shown
from conformance.program.script.wording import worded

TORCH = resolve_engine("torch")

DRIFT = {218, 221, 222}  # a renamed node, and two gradients that torch refuses since 1.3

IDS = [
    *range(150, 164),
    *range(218, 223),
    *range(166, 170),
]


def test_every_cell_is_there_in_its_order():
    assert [cell.id for cell in cells()] == IDS


def test_code_output_and_headings_are_told_apart():
    cell = next(cell for cell in cells() if cell.id == 220)
    assert cell.heading == "x.shape=[2,1], y.shape=[1, 1]"
    assert cell.code.startswith("a = torch.tensor([[1., 2.]])\nx = ")
    assert cell.code.count("\n") == 7
    assert cell.recorded == (
        "gradient.shape: torch.Size([1, 1])\n"
        "x.grad: tensor([[100.],\n"
        "        [200.]]); type(x.grad): <class 'torch.Tensor'>, x.grad.shape: torch.Size([2, 1])"
    )


def test_a_cell_of_comments_prints_nothing():
    cell = next(cell for cell in cells() if cell.id == 167)
    assert all(line.startswith("#") for line in cell.code.splitlines())
    assert cell.recorded == ""


@pytest.mark.parametrize("cell", cells(), ids=lambda cell: str(cell.id))
def test_torch_prints_what_was_recorded_but_for_the_drift(cell):
    trace = execute(cell.program, TORCH)
    assert cell.drifted(trace) == (cell.id in DRIFT)


@pytest.mark.parametrize(
    ("cell_id", "recorded", "today"),
    [
        (218, "grad_fn=<MmBackward>", "grad_fn=<MmBackward0>"),
        (221, "[[400.],", "RuntimeError: Mismatch in shape: grad_output[0] has a shape of torch."),
        (222, "[[400.],", "RuntimeError: Mismatch in shape: grad_output[0] has a shape of torch."),
    ],
)
def test_the_drift_is_what_is_known(cell_id, recorded, today):
    cell = next(cell for cell in cells() if cell.id == cell_id)
    assert recorded in cell.recorded
    assert today in shown(execute(cell.program, TORCH))


def test_where_a_class_lives_is_no_difference():
    trace = execute(cells()[1].program, torch_but())
    assert compare(execute(cells()[1].program, TORCH), trace, cells()[1].program) == ()


def test_other_text_is_a_difference():
    cell = cells()[0]
    expected = execute(cell.program, TORCH)
    wrong = torch_but(tensor=lambda *args, **kwargs: TORCH.module.tensor(2.0, requires_grad=True))
    (mismatch,) = compare(expected, execute(cell.program, wrong), cell.program)
    assert mismatch.kind == "value"
    assert "y: 3.0" in worded(mismatch).expected
    assert "y: 8.0" in worded(mismatch).actual


def test_a_cell_that_the_engine_cannot_run_is_unsupported():
    cell = next(cell for cell in cells() if cell.id == 219)
    assert execute(cell.program, torch_but("mm")).outcomes == (Unsupported("mm"),)
    assert shown(execute(cell.program, torch_but("mm"))) == "<Unsupported>"


def test_each_cell_has_a_namespace_of_its_own():
    first, second = cells()[0].program.steps[0], Snippet("print('x' in dir())")
    session = TORCH.start(())
    session.step(first)
    assert session.step(second) == Returned(Text("False\n"))
    session.finish()
