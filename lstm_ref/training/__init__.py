"""What trains a model or reads a trained one. It needs torch, but for the studies, which are stored."""
