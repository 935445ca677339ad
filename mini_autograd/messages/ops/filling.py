"""Errors of the random fills."""

from mini_autograd.messages.message import C_TYPES as C_TYPES
from mini_autograd.messages.message import Message

# fmt: off

expects = Message(RuntimeError, "{name} expects {requirement}, but {found}")
empty_range = Message(RuntimeError,
    "uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}")
no_integers = Message(RuntimeError,
    "random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
out_of_bounds = Message(RuntimeError, "{bound} is out of bounds for {found:c}")
# A tensor of probabilities has one that is none.
probability = Message(RuntimeError,
    "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be "
    "improved?  If so, please report an enhancement request to PyTorch.)")
continuous = Message(RuntimeError, "{name} distribution is a continuous probability distribution. "
    "dtype must be a floating point but you specified {found}")
