"""Claims: what is inside them, what is outside and why, and files of them that are broken."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from handwritten import PROGRAMS, X0, operator

from conformance import (
    Backward,
    Call,
    Grad,
    Input,
    Mismatch,
    Program,
    Raised,
    Ref,
    Returned,
    Step,
    compare,
    execute,
    resolve_engine,
)
from conformance.claims import EVERYTHING, ClaimsError, claims_of, parse_claims
from conformance.claims.claims import ALL_FEATURES, DTYPES, FIELDS
from conformance.generate.drawing.features import FEATURES
from conformance.verdict import ZEROS

TORCH = resolve_engine("torch")
SCHEMA = json.loads(files("conformance.claims").joinpath("claims.schema.json").read_text())
README = Path(__file__).parents[2] / "README.md"


def about(text: str, program: Program) -> str | None:
    return parse_claims(text, "file").about(program, execute(program, TORCH))


def single(op: str, dtype: str = "float32") -> Program:
    return Program((Input.of("x0", np.ones(2, dtype)),), (Call(op, (X0,), result="t0"),))


@pytest.mark.parametrize("name", PROGRAMS)
def test_without_claims_everything_is_asked(name: str):
    assert EVERYTHING.about(PROGRAMS[name], execute(PROGRAMS[name], TORCH)) is None
    assert about("", PROGRAMS[name]) is None


@pytest.mark.parametrize(
    ("text", "program", "reason"),
    [
        ('ops = ["exp"]', single("exp"), None),
        ('ops = ["exp"]', single("log"), "op log"),
        ('ops = { exclude = ["log*"] }', single("log1p"), "op log1p"),
        ('ops = { include = ["log*"], exclude = ["log2"] }', single("log1p"), None),
        ('dtypes = ["float32"]', single("exp", "float64"), "dtype float64"),
        ('dtypes = ["float32"]', single("isnan"), "dtype bool"),
        ('features = { exclude = ["*hooks"] }', PROGRAMS["hooks"], "feature tensor hooks"),
        ('features = { exclude = ["gradients"] }', PROGRAMS["broadcast"], "feature gradients"),
        ('features = { exclude = ["errors"] }', PROGRAMS["raising"], "feature errors"),
        ('features = { exclude = ["layouts"] }', PROGRAMS["layouts"], "feature layouts"),
        ('features = { exclude = ["snippets"] }', PROGRAMS["snippets"], "feature snippets"),
        ('features = { exclude = ["no kernel"] }', single("sum", "int64"), None),
        (
            'features = { exclude = ["no kernel"] }',
            single("lgamma", "complex64"),
            "feature no kernel",
        ),
    ],
)
def test_a_program_is_outside_for_its_first_reason(text: str, program: Program, reason):
    assert about(text, program) == reason


def mismatch(kind: str, where: str = "t0", step: int | None = 0) -> Mismatch:
    return Mismatch(kind, step, where, "1", "2")  # type: ignore[arg-type]


def lacking(what: str) -> Mismatch:
    return replace(mismatch("unsupported"), detail=what)


RAISED = Raised("ValueError", "no", ("ValueError", "Exception", "BaseException", "object"))


@pytest.mark.parametrize(
    ("text", "difference", "covered"),
    [
        ("grade = 1", mismatch("value"), True),
        ("grade = 1", mismatch("raises"), False),
        ("grade = 1", Mismatch("raises", 0, "", Returned(None), RAISED), True),
        ("grade = 1", Mismatch("raises", 0, "", RAISED, Returned(None)), False),
        ("grade = 3", mismatch("error_type"), True),
        ("grade = 3", mismatch("error_message"), False),
        ("grade = 1", mismatch("crash", ""), True),
        ("grade = 1", mismatch("unsupported", ""), True),
        ("grade = 1", mismatch("unsupported", "x0.grad.stride()", None), False),
        ("grade = 1", mismatch("unsupported", "x0.grad", None), True),
        ("grade = 1", mismatch("unsupported", "x0", None), True),
        ("grade = 1", mismatch("unsupported", "", None), False),
        ('fields = ["values"]', mismatch("grad_value", "x0.grad"), False),
        ('fields = ["values"]', mismatch("value"), True),
        ('fields = ["values", "grad"]', mismatch("dtype"), False),
        ('fields = ["values", "grad"]', mismatch("grad_dtype"), False),
        ('fields = ["grad"]', mismatch("grad_missing"), True),
        ('fields = ["grad"]', replace(mismatch("grad_missing"), detail=ZEROS), False),
        ('fields = ["values"]', lacking("sum(dtype=)"), False),
        ('fields = ["values"]', lacking("sum(argument 3)"), False),
        ('fields = ["values"]', lacking("sum"), True),
        ('fields = ["values"]', mismatch("raises", ""), True),
        ('fields = ["values"]', mismatch("shape"), False),
        ('fields = ["shapes"]', mismatch("grad_shape", "x0.grad"), False),
        ('fields = ["shapes", "grad"]', mismatch("grad_shape", "x0.grad"), True),
        ('fields = ["shapes", "grad"]', mismatch("grad_missing", "x0.grad"), True),
        ('fields = ["shapes", "grad"]', mismatch("grad_value", "x0.grad"), False),
        ('fields = ["shapes", "grad"]', mismatch("raises", "x0.grad"), False),
        ('fields = ["shapes", "grad"]', mismatch("raises", "t0"), False),
        ('fields = ["shapes", "grad"]', mismatch("unsupported", "t0", None), False),
        ('fields = ["values", "grad"]', mismatch("raises", "t0.shape"), False),
        ('fields = { exclude = ["edges"] }', mismatch("graph", "t0.grad_fn.next_functions"), False),
        ('fields = { exclude = ["edges"] }', mismatch("graph", "t0.grad_fn"), True),
        ('fields = { exclude = ["is_leaf"] }', mismatch("flag", "t0.is_leaf"), False),
        ('fields = { exclude = ["is_leaf"] }', mismatch("flag", "t0.requires_grad"), True),
        ('fields = { exclude = ["stride"] }', mismatch("unsupported", "x.stride()", None), False),
        ('fields = { exclude = ["forms"] }', mismatch("unsupported", "", None), False),
    ],
)
def test_a_difference_is_covered_by_its_grade_and_its_field(text, difference, covered):
    assert parse_claims(text, "file").covers(difference) is covered


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("grade = 6", "file: grade: 6 is none of 1, 2, 3, 4, 5"),
        ("grade = true", "file: grade: True is none of"),
        ('ops = ["ad"]', "file: ops.include: 'ad' is none of them; did you mean add"),
        ('ops = ["zzz*"]', "file: ops.include: 'zzz*' is none of them; `conformance ops` lists"),
        ('dtypes = ["float33"]', "did you mean float32"),
        ('features = ["qqq"]', "there are in-place, items"),
        ('fields = "values"', "file: fields.include: 'values' is no list of names"),
        ("fields = [1]", "is no list of names"),
        ('fields = { exclude = ["*"] }', "nothing is left"),
        ("ops = []", "nothing is left"),
        ('ops = { only = ["add"] }', "file: ops: there is no key 'only'; write include, exclude"),
        ('dtype = ["float32"]', "file: there is no key 'dtype'; did you mean dtypes?"),
        ("note = 1", "file: note: 1 is no text"),
        ("ops = [", "file: not TOML: "),
    ],
)
def test_a_broken_file_is_refused_with_its_key_and_what_is_allowed(text: str, said: str):
    with pytest.raises(ClaimsError) as raised:
        parse_claims(text, "file")
    assert said in str(raised.value)


def test_the_schema_names_what_there_is():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    named = {key: SCHEMA["properties"][key] for key in ("dtypes", "features", "fields")}
    for key, known in (("dtypes", DTYPES), ("features", ALL_FEATURES), ("fields", FIELDS)):
        assert named[key]["anyOf"][0]["items"]["anyOf"][0]["enum"] == list(known)


def test_the_claims_of_the_readme_fit_the_schema_and_are_read():
    text = README.read_text().partition("```toml\n")[2].partition("```")[0]
    jsonschema.validate(tomllib.loads(text), SCHEMA)
    claims = parse_claims(text, "README")
    assert (claims.grade, "index_add" in claims.ops) == (3, False)


@pytest.mark.parametrize("text", ["grade = 9", 'dtypes = ["float33"]', "other = 1", "ops = 3"])
def test_the_schema_refuses_what_the_reader_refuses(text: str):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(text), SCHEMA)


def test_a_package_ships_its_claims_and_a_file_takes_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.syspath_prepend(tmp_path)
    (package := tmp_path / "shipping_engine").mkdir()
    (package / "__init__.py").write_text("raise SystemExit('imported')")
    assert claims_of("shipping_engine").everything
    (package / "conformance_claims.toml").write_text("grade = 2")
    assert claims_of("shipping_engine.part:attribute").grade == 2
    (other := tmp_path / "mine.toml").write_text("grade = 1")
    assert claims_of("shipping_engine", other).grade == 1
    assert claims_of("no_such_engine").everything


def test_a_step_that_calls_nothing_of_the_catalogue_is_no_op():
    program = Program((Input.of("x0", np.float32([1.0])),), (operator("*", X0, 2, result="t0"),))
    assert about('ops = ["mul"]', program) is None


T0, T1, W = Ref("t0"), Ref("t1"), Ref("w")


def walked(*steps: Step, seed_shape: tuple[int, ...] = (2,)) -> Program:
    inputs = Input.of("x0", np.ones(2), True), Input.of("w", np.ones(seed_shape))
    return Program(inputs, steps)


@pytest.mark.parametrize(
    ("text", "program", "reason"),
    [
        ('ops = ["mul"]', walked(Call("multiply", (X0, X0), result="t0")), "op multiply"),
        ('ops = ["mul"]', walked(Call("uniform_", (W,), form="method")), "op uniform_"),
        ('ops = ["mul"]', walked(Call("mul", (X0, X0), result="t0"), Backward(T0, W)), None),
        (
            'features = { exclude = ["same object"] }',
            walked(Grad(X0, X0, W, result="t0")),
            "feature same object",
        ),
        (
            'features = { exclude = ["written seeds"] }',
            walked(
                Call("unsqueeze", (X0, 0), result="t0"),
                Backward(T0, W),
                Call("sum", (X0,), result="t1"),
                Backward(T1),
                seed_shape=(1, 2),
            ),
            "feature written seeds",
        ),
    ],
)
def test_what_no_step_shows_is_outside_too(text: str, program: Program, reason: str | None):
    assert about(text, program) == reason


def test_programs_draw_the_features_that_are_claimed():
    assert EVERYTHING.drawn_features is None
    assert parse_claims("grade = 1", "file").drawn_features is None
    claims = parse_claims('features = ["views", "gradients"]', "file")
    assert claims.drawn_features == {"views"} <= FEATURES.keys()


def test_a_gradient_of_zeros_in_the_place_of_none_is_told_from_another():
    program = walked(Call("mul", (X0, 1), result="t0"))
    expected = execute(program, TORCH)
    for grad, detail in ((0.0, ZEROS), (1.0, "")):
        actual = execute(program, TORCH)
        state = replace(actual.tensors["w"], values=np.full(2, grad), grad=None)
        tensors = {**actual.tensors, "x0": replace(actual.tensors["x0"], grad=state)}
        found = compare(expected, replace(actual, tensors=tensors), program)
        assert [(each.kind, each.detail) for each in found] == [("grad_missing", detail)]
