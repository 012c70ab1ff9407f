"""Retrieval over the user's own documents: chunks, a BM25 index, and the recall that it was measured to have.

`plan.py` is the payload of step 06, `build.py` executes it, `index.py` is what users search.
"""
