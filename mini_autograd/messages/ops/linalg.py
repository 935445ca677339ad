"""Errors of matrix products: shapes, dims and dtypes that do not fit."""

from mini_autograd.messages.message import Message
from mini_autograd.messages.ops.kernels import not_implemented as not_implemented
from mini_autograd.messages.ops.kernels import scalar_type as scalar_type

# fmt: off

# Matrices by matrices: `mm`, `addmm`, `bmm`.
not_a_matrix = Message(RuntimeError, "{argument} must be a matrix")
not_a_matrix_of = Message(RuntimeError, "{argument} must be a matrix, got {ndim}-D tensor")
inner_sizes = Message(RuntimeError,
    "mat1 and mat2 shapes cannot be multiplied ({mat1:x} and {mat2:x})")
mm_dtypes = Message(RuntimeError,
    "expected m1 and m2 to have the same dtype, but got: {mat1.cpp_name} != {mat2.cpp_name}")
addmm_dtypes = Message(RuntimeError, "{argument} and mat2 must have the same dtype, but got "
    "{found.scalar_name} and {mat2.scalar_name}")
not_a_batch = Message(RuntimeError, "{argument} must be a 3D tensor")
batch_sizes = Message(RuntimeError, "Expected size for first two dimensions of batch2 tensor to "
    "be: {expected:list} but got: {got:list}.")

# Matrices by vectors: `mv`, `addmv`.
mv_dims = Message(RuntimeError, "vector + matrix @ vector expected, got {start}, {mat}, {vec}",
    order="mat vec start")
mv_sizes = Message(RuntimeError,
    "size mismatch, got input ({start}), mat ({mat[0]}x{mat[1]}), vec ({vec})")
mv_dtypes = Message(RuntimeError, "addmv input tensors must have the same dtype, but got "
    "{start.scalar_name}, {mat.scalar_name}, and {vec.scalar_name}")

# Vectors: `dot`, `outer`, `inner`.
dot_dims = Message(RuntimeError, "1D tensors expected, but got {first}D and {second}D tensors")
dot_sizes = Message(RuntimeError,
    "inconsistent tensor size, expected tensor [{first}] and src [{second}] to have the same "
    "number of elements, but got {first} and {second} elements respectively")
dot_dtypes = Message(RuntimeError, "dot : expected both vectors to have same dtype, but found "
    "{first.scalar_name} and {second.scalar_name}")
outer_dims = Message(RuntimeError, "outer: Expected 1-D argument {argument}, but got {ndim}-D")
inner_last_dims = Message(RuntimeError, "inner() the last dimension must match on both input "
    "tensors but got shapes {first:list} and {second:list}")
inner_dtypes = Message(RuntimeError, "both inputs should have same dtype")
zero_dim = Message(RuntimeError,
    "both arguments to {name} need to be at least 1D, but they are {first}D and {second}D")
