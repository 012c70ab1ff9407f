"""Evaluation: parsing and scoring a model's turns, prompted baselines, the paired comparison, the verdict and the report."""
