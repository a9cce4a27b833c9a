"""The hub reads its configuration; pytest must not."""

collect_ignore = ["jupyterhub_test_config.py"]
