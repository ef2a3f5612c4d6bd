"""Runs the tests of this folder. Fails if none ran, which unittest itself reports as success before Python 3.12."""

import pathlib
import sys
import unittest

suite = unittest.defaultTestLoader.discover(str(pathlib.Path(__file__).resolve().parent))
result = unittest.TextTestRunner().run(suite)
if result.testsRun == len(result.skipped):
    sys.exit("No test ran.")
sys.exit(not result.wasSuccessful())
