"""Models: found, exported to ONNX once, run without torch."""
