"""Signed SMS at /hooks/sms: deliveries a second over 16 connections, every one a ticket when answered.

Everything runs on this machine, load generator included.
"""

import argparse
import asyncio
import base64
import hashlib
import hmac
import json
import tempfile
from pathlib import Path
from urllib.parse import urlencode

import uvloop

from bench import load
from bench.servers import ROOT, sapa, tickets_in

SID, TOKEN, URL = "AC" + "0" * 32, "token-uji", "https://sapa.example/hooks/sms"
CHANNEL = f"""  sms: {{name: SMS, enabled: true, provider: twilio, number: "+15005550006"}}
  twilio: {{account_sid: {SID}, auth_token: env:BENCH_TOKEN, api_url: "http://127.0.0.1:9"}}
"""


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=4000, help="deliveries a round")
    parser.add_argument("--rounds", type=int, default=3, help="rounds; the median by rate is shown")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".bench-") as folder:
        print(json.dumps(measure(Path(folder), options.count, options.rounds), indent=2))


def measure(folder: Path, count: int, rounds: int) -> dict[str, object]:
    """The median round, and how many tickets there are of how many deliveries."""
    secrets = {"BENCH_TOKEN": TOKEN, "SAPA_PUBLIC_URL": URL.removesuffix("/hooks/sms")}
    with sapa(folder, "sms", CHANNEL, **secrets) as port:
        runs = [_round(port, 500 if number == 0 else count, number) for number in range(rounds + 1)]
        tickets = tickets_in(folder)
    figures = sorted((run.figures() for run in runs[1:]), key=lambda one: one["per_second"])
    accepted = sum(run.count for run in runs)
    return {"sms_c16": figures[len(figures) // 2], "tickets": {"accepted": accepted, "in_ledger": tickets}}


def _round(port: int, count: int, seed: int) -> load.Measured:
    requests = [
        _request(key, text, seed, number) for number, (key, text) in enumerate(load.complaints(count, seed))
    ]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(load.raw(port, requests, 16))


def _request(key: str, text: str, seed: int, number: int) -> bytes:
    """One signed delivery of a person of their own."""
    fields = {
        "ToCountry": "US", "ToState": "", "SmsMessageSid": key, "NumMedia": "0", "ToCity": "", "FromZip": "",
        "SmsSid": key, "FromState": "", "SmsStatus": "received", "FromCity": "", "Body": text,
        "FromCountry": "ID", "To": "+15005550006", "ToZip": "", "NumSegments": "1", "MessageSid": key,
        "AccountSid": SID, "From": f"+62812{seed:02d}{number:06d}", "ApiVersion": "2010-04-01",
    }  # fmt: skip
    told = URL + "".join(name + fields[name] for name in sorted(fields))
    signed = base64.b64encode(hmac.digest(TOKEN.encode(), told.encode(), hashlib.sha1))
    body = urlencode(fields).encode()
    return (
        b"POST /hooks/sms HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Twilio-Signature: %s\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s"
        % (signed, len(body), body)
    )


if __name__ == "__main__":
    main()
