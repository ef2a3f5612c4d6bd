"""The simulator, and a client of Twilio's official library that calls it."""

import json
import pathlib
import re
import subprocess
import unittest

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Here(TwilioHttpClient):
    """The library's own HTTP client. It sends `https://{product}.twilio.com/…` to `{url}/{product}/…`."""

    def __init__(self, url):
        super().__init__()
        self.url = url

    def request(self, method, url, *args, **kwargs):
        url = re.sub(r"^https://([a-z0-9.-]+)\.twilio\.com/", rf"{self.url}/\1/", url)
        return super().request(method, url, *args, **kwargs)


class Simulated(unittest.TestCase):
    """Tests with their own simulator, which stops when its standard input is closed."""

    @classmethod
    def setUpClass(cls):
        cls.program = subprocess.Popen(
            [
                *["cargo", "run", "--quiet", "--package", "twilio-simulator"],
                *["--", "--json", "--sample-data"],
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        cls.known = json.loads(cls.program.stdout.readline())
        cls.client = Client(
            cls.known["account_sid"], cls.known["auth_token"], http_client=Here(cls.known["url"])
        )

    @classmethod
    def tearDownClass(cls):
        cls.program.stdin.close()
        cls.program.wait()
        cls.program.stdout.close()
