import pytest

from local.settings import SettingsError, read_settings


def test_no_page_of_another_origin_may_ask_unless_it_is_named() -> None:
    assert read_settings({}).allowed_origins == ()
    named = read_settings({"ALLOWED_ORIGINS": "https://a.example, http://127.0.0.1:5173,http://[::1]:5173"})
    assert named.allowed_origins == ("https://a.example", "http://127.0.0.1:5173", "http://[::1]:5173")


@pytest.mark.parametrize(
    "origin",
    ["*", "null", "a.example", "https://a.example/", "https://*.example", "https://A.example", "ftp://a"],
)
def test_what_no_browser_sends_as_an_origin_is_refused(origin: str) -> None:
    with pytest.raises(SettingsError, match="ALLOWED_ORIGINS"):
        read_settings({"ALLOWED_ORIGINS": f"https://b.example,{origin}"})
