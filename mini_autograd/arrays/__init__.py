"""NumPy arrays with torch's dtypes, strides and dims; nothing here knows of a tensor."""
