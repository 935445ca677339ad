"""The rungs of the bring-up ladder, from making one tensor to functions."""
