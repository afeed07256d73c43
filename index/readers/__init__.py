"""One reader for each kind of file: bytes in, articles out; `registry` names which reads what."""
