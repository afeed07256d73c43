"""Articles in, a sealed generation out: reading, quotations, vectors, terms, and the format on disk."""

import os  # noqa: RUF067  (see below)

# Recent builds of onnxruntime keep a device id in the user's cache and report every loaded model to their maker; they
# read this when they are imported, and whoever wants that may still set it.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # noqa: RUF067

__version__ = "0.1.0"  # noqa: RUF067  (where a package tells it)
