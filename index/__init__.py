"""Articles in, a sealed generation out: reading, quotations, vectors, terms, and the format on disk."""

import os

# Recent builds of onnxruntime keep a device id in the user's cache and report every loaded model to their maker; they
# read this when they are imported, and whoever wants that may still set it.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__version__ = "0.1.0"
