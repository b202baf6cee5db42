"""Tests of the offline parts; they need no checkpoint: `python -m unittest discover models/tests -t .`"""
