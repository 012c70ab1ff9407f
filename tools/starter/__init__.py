"""The embedded starter model: its texts, tokenizer and pretraining (`build.py`); what was built lies in `model/`."""
