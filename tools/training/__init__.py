"""Supervised fine-tuning: what it costs is measured, the plan is typed, the job runs in a process of its own."""
