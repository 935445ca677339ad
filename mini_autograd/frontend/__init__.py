"""What makes the engine look like torch: methods, creation, printing, copying."""
