"""NumPy arrays with torch's dtypes, strides and dims; tensors are not used here."""
