"""Documents: canvas, layers, masks, and putting them together. No file knowledge."""
