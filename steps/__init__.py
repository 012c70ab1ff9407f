"""What is judged and done, and when: step files by phase, workflow files, and their strict loader.

`loader.py` reads a step file, `workflow.py` orders steps, `expression.py` evaluates `when:`. `graph/` compiles the result.
"""
