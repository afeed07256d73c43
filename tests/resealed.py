"""The generation in force with another manifest, as another release, a faulty build or a stranger would seal it."""

from __future__ import annotations

import hashlib
import json

from index.generations.generation import CURRENT, IndexFolder
from index.generations.manifest import MANIFEST


def reseal(index: IndexFolder, **changed: object) -> str:
    """Change some of the manifest; return the new name, which is the manifest's hash and stands in CURRENT."""
    folder = index.generations / index.current()
    data = json.dumps(json.loads((folder / MANIFEST).read_bytes()) | changed).encode()
    (folder / MANIFEST).write_bytes(data)
    name = f"{folder.name.partition('-')[0]}-{hashlib.sha256(data).hexdigest()}"
    folder.rename(index.generations / name)
    (index.path / CURRENT).write_text(f"{name}\n")
    return name
