"""What nodes keep of tensors until backward."""
