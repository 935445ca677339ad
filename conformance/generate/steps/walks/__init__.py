"""Steps that go through the graph, and those that change what a leaf or a gradient is."""
