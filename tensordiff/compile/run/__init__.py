"""Programs that run: inputs, batches, validation, linear maps."""
