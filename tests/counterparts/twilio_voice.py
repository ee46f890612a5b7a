"""Twilio's Voice as it documents it: a caller who follows TwiML, lists of calls and recordings, the MP3."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from counterparts.twilio import SID, TOKEN, Twilio, error
from counterparts.twilio_whatsapp import LOGIN

NUMBER, CALLER = "+62321390000", "+6281234567890"
MP3 = b"ID3\x03\x00\x00\x00\x00\x00\x00" + b"\xff\xfb\x90\x00" * 64
_RECORDING = re.compile(rf"/2010-04-01/Accounts/{SID}/Recordings/(RE\w+)\.mp3")
_LISTED = {
    "Calls": {"To", "From", "ParentCallSid", "Status", "StartTime", "StartTime>", "StartTime<", "EndTime",
              "PageSize", "Page", "PageToken"},
    "Recordings": {"CallSid", "DateCreated", "DateCreated>", "DateCreated<", "IncludeSoftDeleted",
                   "PageSize", "Page", "PageToken"},
}  # fmt: skip
#: Attributes of the verbs we use, as TwiML documents them; any other fails the test.
_VERBS = {
    "Say": {"voice", "language", "loop"},
    "Play": {"loop", "digits"},
    "Record": {"action", "method", "timeout", "finishOnKey", "maxLength", "playBeep", "trim", "transcribe",
               "transcribeCallback", "recordingStatusCallback", "recordingStatusCallbackMethod",
               "recordingStatusCallbackEvent"},
    "Hangup": set(),
}  # fmt: skip


def call(sid: str, status: str = "ringing", caller: str = CALLER, **more: str) -> dict[str, str]:
    """The parameters of a request about a call."""
    return {
        "AccountSid": SID, "ApiVersion": "2010-04-01", "CallSid": sid, "CallStatus": status,
        "Called": NUMBER, "Caller": caller, "Direction": "inbound", "From": caller, "To": NUMBER, **more,
    }  # fmt: skip


def recorded(
    sid: str, recording: str, seconds: int = 35, digits: str = "hangup", **more: str
) -> dict[str, str]:
    """The parameters of a request to the action of a <Record>."""
    url = f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Recordings/{recording}"
    told = {"RecordingSid": recording, "RecordingUrl": url, "RecordingDuration": str(seconds)}
    status = "completed" if digits == "hangup" else "in-progress"
    return call(sid, status, **{**told, "Digits": digits, **more})


@dataclass(kw_only=True)
class Caller:
    """Somebody who calls; `deliver` brings a request and returns (status, TwiML). `heard` is what was said.

    They speak at tone number `speaks`, 0 = never, and hang up after `patience` verbs.
    """

    deliver: Callable[[dict[str, str]], tuple[int, str]]
    sid: str
    recording: str = ""
    speaks: int = 1
    patience: int = 99
    caller: str = CALLER
    heard: list[str] = field(default_factory=list)

    def calls(self) -> None:
        """One call from the first ring to its end."""
        self._follow(self._ask(call(self.sid, caller=self.caller)))
        self._ask(call(self.sid, "completed", caller=self.caller, CallDuration="40"))

    def _ask(self, fields: dict[str, str]) -> str:
        status, twiml = self.deliver(fields)
        assert status == 200, (status, twiml)
        return twiml

    def _follow(self, twiml: str) -> None:
        tones = 0
        root = ElementTree.fromstring(twiml)
        assert root.tag == "Response"
        for number, verb in enumerate(root):
            assert set(verb.attrib) <= _VERBS[verb.tag], verb.attrib
            if number >= self.patience or verb.tag == "Hangup":
                return
            if verb.tag in ("Say", "Play"):
                self.heard.append(verb.text or "")
            elif verb.tag == "Record":
                tones += 1
                if tones == self.speaks:
                    fields = recorded(self.sid, self.recording, digits="#", From=self.caller)
                    self._follow(self._ask(fields))
                    return


def listed_call(sid: str, at: datetime, status: str = "completed", **more: Any) -> dict[str, Any]:
    """A call resource as the API lists it."""
    return {
        "sid": sid, "account_sid": SID, "from": CALLER, "to": NUMBER, "direction": "inbound",
        "status": status, "duration": "40", "start_time": format_datetime(at.astimezone(UTC)),
        "caller_name": None, **more,
    }  # fmt: skip


@dataclass(kw_only=True)
class Voice(Twilio):
    """`calls` and `recordings` are resources, `files` the MP3s by sid, `late` how often one is missing."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    recordings: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    late: dict[str, int] = field(default_factory=dict)

    def read(self, path: str, query: dict[str, str]) -> tuple[int, dict[str, Any], dict[str, str]]:
        """What the API answers to a GET of a path, which begins with the account's."""
        kind = path.removeprefix("/").removesuffix(".json")
        if kind not in _LISTED:
            return super().read(path, query)
        self.wrong += [f"undocumented parameter {kind} {one}" for one in query if one not in _LISTED[kind]]
        self.asked.append(query)
        if self.answers:
            status, code, headers = self.answers.pop(0)
            return status, error(status, code), headers
        if kind == "Calls":
            found = [one for one in self.calls if query.get("To", one["to"]) == one["to"]]
        else:
            found = [one for one in self.recordings if query.get("CallSid", "") == one["call_sid"]]
        size, page = min(int(query.get("PageSize", 50)), self.page), int(query.get("Page", 0))
        rest = urlencode({**query, "Page": page + 1, "PageToken": "PA1"})
        more = len(found) > (page + 1) * size
        told = found[::-1][page * size : (page + 1) * size]
        following = f"/2010-04-01/Accounts/{SID}/{kind}.json?{rest}" if more else None
        return 200, {kind.lower(): told, "next_page_uri": following}, {}

    def get(self, path: str, headers: Mapping[str, str]) -> tuple[int, bytes, dict[str, str]]:
        """A recording, to who has the login."""
        found = _RECORDING.fullmatch(path)
        if headers.get("Authorization") != LOGIN:
            return 401, b"", {}
        sid = found[1] if found else ""
        if sid not in self.files or self.late.get(sid, 0) > 0:
            self.late[sid] = self.late.get(sid, 0) - 1
            return 404, b"", {}
        return 200, self.files[sid], {"Content-Type": "audio/mpeg"}


def section(api_url: str = "http://127.0.0.1:9", **more: Any) -> dict[str, Any]:
    """The door's section of the configuration."""
    account = {"account_sid": SID, "auth_token": TOKEN, "api_url": api_url}
    known = {"number": NUMBER, "public_url": "https://sapa.example", "timeout": 2.0, "phones": "sms"}
    return {**known, "script": {"texted": True}, "twilio": account, **more}
