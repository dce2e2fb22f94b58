from __future__ import annotations

import pytest

from admin_web.profile.browsers import browser_name

_ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-A145F) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (f"{_ANDROID} Chrome/142.0.0.0 Mobile Safari/537.36", "Chrome, Android"),
        (f"{_ANDROID} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36", "Samsung Internet, Android"),
        (f"{_ANDROID} Chrome/142.0.0.0 Mobile Safari/537.36 OPR/92.0", "Opera, Android"),
        ("Opera/9.80 (J2ME/MIDP; Opera Mini/8.0/191.303; U; en) Presto/2.12", "Opera Mini"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/145.0", "Firefox, Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_a_session_is_told_by_its_browser_and_system(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name
