"""What decisions execute: data, training, evaluation, retrieval, serving, review and the starter model.

What every tool is given and gives back is `contract.py`; loading models is `models.py`.
"""
