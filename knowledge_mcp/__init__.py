"""What is known: a corpus of sourced records, ranked search over it, and the MCP server and client that carry it.

`records.py` owns the format, `store.py` the search, `server.py` the MCP tools, `client.py` the only way in for the rest of
TuneGuild. The records themselves are the markdown files below `corpus/`.
"""
