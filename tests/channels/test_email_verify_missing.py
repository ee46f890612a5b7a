"""Without the extra `mailauth`, asking for its look is told in words."""

import importlib.util

import pytest
from mail_counter import NOW, OURS

from channels.email import EmailDoor, EmailSettings


@pytest.mark.skipif(importlib.util.find_spec("dkim") is not None, reason="the extra mailauth is installed")
def test_a_door_that_should_verify_without_the_extra_says_what_to_install() -> None:
    with pytest.raises(ValueError, match=r"sapa\[mailauth\]"):
        EmailDoor(EmailSettings(address=OURS, verify=True), lambda: NOW)
