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


GOOD = "correct-horse-battery"


def test_beyond_this_machine_a_key_is_demanded() -> None:
    with pytest.raises(SettingsError, match="HOST: whoever reaches"):
        read_settings({"HOST": "0.0.0.0"})
    assert read_settings({"HOST": "0.0.0.0", "ADMIN_KEY": GOOD}).admin_key is not None


@pytest.mark.parametrize("key", ["a", "fifteen-letters"])
def test_a_key_that_can_be_guessed_is_for_this_machine_alone(key: str) -> None:
    with pytest.raises(SettingsError, match="can be guessed"):
        read_settings({"HOST": "192.0.2.1", "ADMIN_KEY": key})
    assert read_settings({"HOST": "localhost", "ADMIN_KEY": key}).admin_key is not None


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
@pytest.mark.parametrize(
    "key", [f"fg_{GOOD}", f"{GOOD}.and.more", f"{GOOD} more", f"{GOOD}\n", "schlüssel-aus-umlauten"]
)
def test_a_key_that_would_never_open_is_refused(key: str, host: str) -> None:
    with pytest.raises(SettingsError, match="ADMIN_KEY"):
        read_settings({"HOST": host, "ADMIN_KEY": key})


def test_what_is_to_be_forgotten_is_a_list_of_names() -> None:
    assert read_settings({"FORGET": "kupe/acme, acme production ,"}).forgotten == (
        "kupe/acme",
        "acme production",
    )
    assert read_settings({}).forgotten == ()
