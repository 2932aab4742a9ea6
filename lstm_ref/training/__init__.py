"""Train a model, or look into a trained one. All modules need torch but `studies`, which reads stored results."""
