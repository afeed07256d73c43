"""Vectors of passages and sentences, in FAISS files or a collection of Milvus."""
