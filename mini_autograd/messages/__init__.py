"""Every message of torch, one function each, *returning* the exception for its caller to raise.

One file an area: `walk` (backward and the graph), `tensors` (a tensor's state), `arguments` (the
argument parser), `creation`, and one for each family of ops. Messages were taken from the
installed torch 2.13.0; tests/parity provokes each on both sides.
"""
