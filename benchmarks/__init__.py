"""How fast `mini_autograd` is; run by `make bench`, never part of the tests."""
