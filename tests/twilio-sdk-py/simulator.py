"""The simulator, and a client of Twilio's official library that calls it."""

import json
import pathlib
import subprocess
import unittest

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Here(TwilioHttpClient):
    """The client of the library with other hosts."""

    def __init__(self, url):
        super().__init__()
        self.url = url

    def request(self, method, url, *args, **kwargs):
        for name in ("api", "events"):
            url = url.replace(f"https://{name}.twilio.com", self.url)
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
