"""Every mistake in a profile is found, with its line and reason; nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi_gateway.model.finding import Code, Severity
from edi_gateway.partners import registry
from tests.partners.folders import LAST, PLAIN, partner

ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMuGpxz+9ynSEQDZH+VrnNG+9G6daKJtZIXEaOiCy6xA"


def told(folder: Path, mappings: Path | None = None) -> list[tuple[str, str]]:
    """(line, message) of each mistake."""
    checked = registry.check(folder, mappings)
    assert all(f.code is Code.PROFILE_INVALID for f in checked.findings)
    assert all(str(f.at).startswith(f"{folder.name}/partner.toml:") for f in checked.findings)
    return [(str(f.at).rpartition(":")[2], f.message) for f in checked.findings]


@pytest.mark.parametrize(
    ("more", "offset", "message"),
    [
        (
            "[calendar]\nzone = 'America/Chicage'\n",
            2,
            'calendar.zone is "America/Chicage"; there is no such time zone.',
        ),
        (
            "[calendar]\nworking_days = [0, 7]\n",
            2,
            "calendar.working_days holds 7.",
        ),
        ("[calendar]\nworking_days = []\n", 2, "calendar.working_days is empty: no deadline would ever end."),
        ("[calendar]\nworking_days = [1, 1]\n", 2, "calendar.working_days names a day twice."),
        (
            "[calendar]\nholidays = [\n  '2026-12-25',\n  '2026-02-30',\n]\n",
            4,
            'calendar.holidays holds "2026-02-30", which is no date.',
        ),
        (
            "[schedule]\nsending_window = '08:00-08:00'\n",
            2,
            'schedule.sending_window is "08:00-08:00": it closes in the minute in which it opens.',
        ),
        (
            "[schedule]\nsending_window = '6-22'\n",
            2,
            'schedule.sending_window is "6-22": it is not HH:MM-HH:MM.',
        ),
        (
            "[watching]\nsilent_after = '24:00'\n",
            2,
            'watching.silent_after is "24:00": it is not HH:MM.',
        ),
        ("[watching]\nsame_error = 0\n", 2, "watching.same_error is 0; it must be at least 1."),
        ("[schedule]\npoll_seconds = 0\n", 2, "schedule.poll_seconds is 0; it must be at least 1."),
        ("[schedule]\ncron = '* * * *'\n", 2, 'schedule.cron is "* * * *": it has 4 fields, not 5.'),
        (
            "[schedule]\ncron = '0 6 31 feb,apr *'\n",
            2,
            'schedule.cron is "0 6 31 feb,apr *": that day never comes in those months.',
        ),
        (
            "[answering]\nwithin_hours = 4\n",
            2,
            "answering.within_hours is 4, and answering.warn_hours_before is 4 unless it is given.",
        ),
        (
            "[answering]\nwithin_hours = 8\nwarn_hours_before = 8\n",
            3,
            "answering.warn_hours_before is 8, not before the deadline of 8 hours.",
        ),
        (
            "[writing]\nsegment = '*'\n",
            2,
            "writing.segment and writing.element are both '*'.",
        ),
        ("[writing]\nelement = 'x'\n", 2, 'writing.element is "x", which may stand in any text.'),
        (
            "[writing]\nother_delimiters = ['|<!^', '|<!x']\n",
            2,
            'writing.other_delimiters[1] is "|<!x"; it holds a character that may stand in any text.',
        ),
        (
            "[writing]\nother_delimiters = ['|<!|']\n",
            2,
            'writing.other_delimiters[0] is "|<!|"; it holds a character twice.',
        ),
        (
            "[writing]\nother_delimiters = ['|<!']\n",
            2,
            'writing.other_delimiters[0] is "|<!"; it has 3 characters.',
        ),
        ("[policies]\nminimum_order = -1\n", 2, "policies.minimum_order is -1; it cannot be below 0."),
        (
            "[policies.price_buyer_lower]\n",
            1,
            "policies.price_buyer_lower gives no limit, so every price would pass.",
        ),
        (
            "[policies.price_lower_by_class.textiles]\n",
            1,
            "policies.price_lower_by_class.textiles gives no limit, so every price would pass.",
        ),
        (
            "[customer_policies.C-7.price_higher_by_class.textiles]\nper_unit = -1\n",
            2,
            "customer_policies.C-7.price_higher_by_class.textiles.per_unit is -1; it cannot be below 0.",
        ),
        (
            "[customer_policies.C-7.price_buyer_higher]\npercent = -2.5\n",
            2,
            "customer_policies.C-7.price_buyer_higher.percent is -2.5; it cannot be below 0.",
        ),
        (
            "[policies.unit_aliases]\nCS = 'CASE'\n",
            2,
            'policies.unit_aliases.CS is "CASE", which is no unit code.',
        ),
        (
            "[[policies.blackout]]\nregion = 'CA'\n",
            1,
            "policies.blackout[0] must name either an item or an item_class.",
        ),
        (
            "[[chargebacks]]\nrule = 'cancer_as_routed'\n",
            2,
            'chargebacks[0].rule is "cancer_as_routed", which is no rule of the gate.',
        ),
        (
            "[[chargebacks]]\nrule = 'carrier_as_routed'\npercent = 101\n",
            3,
            "chargebacks[0].percent is 101; it lies between 0 and 100.",
        ),
        (
            "[[chargebacks]]\nrule = 'carrier_as_routed'\namount = -5\n",
            3,
            "chargebacks[0].amount is -5; it cannot be below 0.",
        ),
        (
            "[[chargebacks]]\nrule = 'notice_in_time'\nseverity = 'off'\n"
            "[[chargebacks]]\nrule = 'notice_in_time'\nseverity = 'hold'\n",
            6,
            'chargebacks[1].severity is "hold", and an earlier row of notice_in_time says "off".',
        ),
        (
            "[[documents]]\nset = '850'\ndirection = 'in'\n",
            1,
            "documents[2] repeats 850 in.",
        ),
        (
            "[[documents]]\nset = '997'\ndirection = 'in'\n",
            1,
            "documents[2].set is 997; acknowledgments are not listed.",
        ),
        (
            "[[documents]]\nset = '85O'\ndirection = 'in'\n",
            2,
            'documents[2].set is "85O", which is no set that we know.',
        ),
        (
            "[[documents]]\nset = '856'\ndirection = 'out'\nversion = '4010'\n",
            4,
            'documents[2].version is "4010", which is no GS08.',
        ),
        (
            "[[also_known_as]]\nqualifier = 'ZZ'\nid = 'FERNHILL'\n",
            1,
            "also_known_as[0] repeats them.",
        ),
        (
            "[[also_known_as]]\nqualifier = 'Q7'\nid = 'X'\n",
            2,
            'also_known_as[0].qualifier is "Q7", which is no interchange id qualifier.',
        ),
        ("[[also_known_as]]\nqualifier = 'ZZ'\nid = 'X '\n", 3, "also_known_as[0].id has blanks around it."),
        (
            "[[also_known_as]]\nqualifier = '01'\nid = '12345'\n",
            3,
            'also_known_as[0].id is "12345", too short for a DUNS number.',
        ),
        (
            "[[also_known_as]]\nqualifier = 'ZZ'\nid = 'TARNBROOK'\n",
            3,
            "also_known_as[0] is the same address as us.",
        ),
    ],
)  # fmt: skip
def test_a_mistake_has_its_line_and_its_reason(tmp_path: Path, more: str, offset: int, message: str) -> None:
    assert told(partner(tmp_path, PLAIN + more)) == [(str(LAST + offset), message)]


@pytest.mark.parametrize(
    ("more", "offset", "message", "hint"),
    [
        ("[answring]\n", 1, "answring is no key of a profile.", "Did you mean answering?"),
        (
            "[answering]\nwithin_hour = 2\n",
            2,
            "answering.within_hour is no key of a profile.",
            "Did you mean within_hours?",
        ),
        ("[answering]\nzone = 'UTC'\n", 2, "answering.zone is no key of a profile.", "There is calendar.zone."),
        (
            "[policies.price_buyer_lower]\npercents = 2\n",
            2,
            "policies.price_buyer_lower.percents is no key of a profile.",
            "Did you mean percent?",
        ),
        (
            "[answering]\nheld = 'waiting'\n",
            2,
            'answering.held is "waiting"; it must be one of wait, answer.',
            "Did you mean wait?",
        ),
        ("[answering]\nwithin_hours = 'soon'\n", 2, 'answering.within_hours is "soon"; it must be a whole number.', ""),
        ("[policies]\norder_types = 'SA'\n", 2, 'policies.order_types is "SA"; it must be a list in [brackets].', ""),
        ("[[contacts]]\nmail = 'a@b.example'\n", 1, "contacts[0].name is missing.", "Add it under [contacts[0]]."),
        ("[writing]\nelement = '**'\n", 2, 'writing.element is "**"; at most 1 characters.', ""),
    ],
)  # fmt: skip
def test_a_mistake_of_shape_says_what_was_meant(
    tmp_path: Path, more: str, offset: int, message: str, hint: str
) -> None:
    checked = registry.check(partner(tmp_path, PLAIN + more))
    assert checked.profile is None
    assert [(str(f.at), f.message, f.hint) for f in checked.findings] == [
        (f"fernhill/partner.toml:{LAST + offset}", message, hint)
    ]


def test_a_good_profile_has_no_finding(tmp_path: Path) -> None:
    more = """
[schedule]
cron = "*/10 6-22 1,15 jan-jun/2 mon-fri,sun"
sending_window = "22:00-05:30"

[writing]
file_name = "{set}-{control}-{sequence:06d}.x12"
line_end = "\\r\\n"
"""
    assert told(partner(tmp_path, PLAIN + more)) == []


def test_all_mistakes_are_told_at_once_those_of_shape_and_those_of_sense(tmp_path: Path) -> None:
    text = PLAIN.replace('qualifier = "ZZ"\nid = "FERNHILL"', 'qualifier = "Z"').replace("inbound", "inbond")
    assert told(partner(tmp_path, text + "[calendar]\nzone = 'Moon/Base'\n")) == [
        ("3", "them.id is missing."),
        ("4", 'them.qualifier is "Z"; at least 2 characters.'),
        ("10", "connection.inbound is missing."),
        ("12", "connection.inbond is no key of a profile."),
        (str(LAST + 1), 'calendar.zone is "Moon/Base"; there is no such time zone.'),
    ]


@pytest.mark.parametrize(
    ("was", "now", "line", "message"),
    [
        ('name = "Fernhill"', 'name = " "', "1", "name is empty."),
        ('name = "Fernhill"', 'name = "Fernhill"\ncustomer = ""', "2", "customer is empty."),
        ('inbound = "in"', 'inbound = ""', "13", "connection.inbound is empty."),
        ('inbound = "in"', 'inbound = "in"\ndone_suffix = ""', "14", "connection.done_suffix is empty."),
    ],
)
def test_a_text_that_says_nothing_is_told(
    tmp_path: Path, was: str, now: str, line: str, message: str
) -> None:
    """An empty folder would be the working folder itself: every file in it would be taken."""
    assert told(partner(tmp_path, PLAIN.replace(was, now))) == [(line, message)]


@pytest.mark.parametrize(
    ("was", "now", "line", "message"),
    [
        (
            'kind = "directory"',
            'kind = "ftp"',
            "12",
            'connection.kind is "ftp"; it must be one of directory, sftp, as2.',
        ),
        ('kind = "directory"\n', "", "11", "connection.kind is missing."),
        (
            'outbound = "out"',
            'outbound = "./in"',
            "14",
            'connection.outbound and connection.inbound are the same folder, "in".',
        ),
    ],
)
def test_a_connection_that_cannot_be_is_told(
    tmp_path: Path, was: str, now: str, line: str, message: str
) -> None:
    assert told(partner(tmp_path, PLAIN.replace(was, now))) == [(line, message)]


def sftp(**keys: object) -> str:
    given = {"host": "edi.example", "user": "u", "host_key": ED25519, "key_file": "secrets/k", **keys}
    lines = [f"{key} = {value!r}" for key, value in given.items() if value is not None]
    return PLAIN.replace(
        'kind = "directory"\ninbound = "in"\noutbound = "out"', 'kind = "sftp"\n' + "\n".join(lines)
    )


@pytest.mark.parametrize(
    ("keys", "messages"),
    [
        ({}, []),
        ({"key_file": None}, ["connection has no way to log in."]),
        ({"password_env": "EDI_PW", "password_file": "pw"}, ["connection has password_env and password_file."]),
        ({"port": 70000}, ["connection.port is 70000; it must be 1 to 65535."]),
        ({"host": "sftp://edi.example"}, ['connection.host is "sftp://edi.example", which is no host name.']),
        (
            {"host_key": "edi.example ssh-ed25519 AAAA"},
            ["connection.host_key does not open with a key type (ssh-ed25519 ...)."],
        ),
        ({"host_key": "ssh-ed25519 not*base64"}, ["connection.host_key is not base64."]),
        (
            {"host_key": ED25519.replace("ssh-ed25519", "ssh-rsa")},
            ["connection.host_key is cut short or is no ssh-rsa key."],
        ),
        ({"host_key": ED25519[:60]}, ["connection.host_key is cut short or is no ssh-ed25519 key."]),
    ],
)  # fmt: skip
def test_a_server_that_cannot_be_reached_is_told(
    tmp_path: Path, keys: dict[str, object], messages: list[str]
) -> None:
    assert [message for _, message in told(partner(tmp_path, sftp(**keys)))] == messages


def test_a_password_typed_in_place_of_a_variable_is_told_but_not_repeated(tmp_path: Path) -> None:
    checked = registry.check(partner(tmp_path, sftp(password_env="hunter2!")))
    assert [f.message for f in checked.findings] == [
        "connection.password_env must be the name of an environment variable, in capitals."
    ]
    assert "hunter2" not in repr(checked.findings)


def test_the_key_of_a_partner_is_not_written_in_the_file(tmp_path: Path) -> None:
    assert told(partner(tmp_path, 'key = "fern"\n' + PLAIN)) == [
        ("1", "key is not written here: it is the name of the folder.")
    ]


def test_an_850_that_is_answered_needs_an_855(tmp_path: Path) -> None:
    text = PLAIN[: PLAIN.rindex("[[documents]]")]
    message = "850 comes in and is answered, but there is no 855 out under documents."
    assert told(partner(tmp_path, text)) == [("16", message)]
    assert told(partner(tmp_path / "silent", text + "[answering]\nsend = false\n")) == []


def test_two_partners_with_one_address_are_told_unless_their_groups_differ(tmp_path: Path) -> None:
    partner(tmp_path, PLAIN.replace('"in"\noutbound = "out"', '"a"\noutbound = "b"'), "moss")
    folder = partner(tmp_path, PLAIN)
    assert told(folder) == [("5", "moss has the same interchange address: ZZ FERNHILL.")]
    (folder / "partner.toml").write_text(
        PLAIN.replace('"FERNHILL"', '"FERNHILL"\ngroup_id = "FERN"'), "utf-8"
    )
    assert told(folder) == []


def test_two_partners_with_one_folder_are_told(tmp_path: Path) -> None:
    partner(tmp_path, PLAIN.replace('"FERNHILL"', '"MOSS"').replace('"out"\n\n', '"elsewhere"\n\n'), "moss")
    assert told(partner(tmp_path, PLAIN)) == [("13", 'connection.inbound is "in", which moss uses too.')]


def test_a_document_without_a_mapping_is_told(tmp_path: Path) -> None:
    mappings = tmp_path / "mappings"
    mappings.mkdir()
    (mappings / "850.toml").write_text("", "utf-8")
    (mappings / "common.toml").write_text("", "utf-8")
    folder = partner(tmp_path / "partners", PLAIN)
    assert told(folder, mappings) == [
        ("21", "documents[1].set is 855, and mappings/855.toml does not exist.")
    ]


def test_a_file_that_nobody_reads_is_told(tmp_path: Path) -> None:
    folder = partner(tmp_path, PLAIN, _0850="")
    checked = registry.check(folder)
    assert [(f.message, f.hint) for f in checked.findings] == [
        ("fernhill/0850.toml belongs to no document that is exchanged.", "Rename it to 850.toml.")
    ]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("name = Fernhill\n", "1", "This is not TOML: invalid value."),
        ('name = "a"\n\nname = "b"\n', "3", "This is not TOML: cannot overwrite a value."),
        ('name = "a"\n[them\n', "2", "This is not TOML: expected ']' at the end of a table declaration."),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path, text: str, line: str, message: str) -> None:
    checked = registry.check(partner(tmp_path, text))
    assert checked.profile is None
    assert not checked.valid
    assert told(tmp_path / "fernhill") == [(line, message)]


def test_a_file_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    folder = partner(tmp_path, PLAIN)
    (folder / "partner.toml").write_bytes(b'# ok\nname = "Caf\xe9"\n')
    assert told(folder) == [("2", "The file is not UTF-8.")]


def test_a_folder_without_a_profile_is_told(tmp_path: Path) -> None:
    assert told(tmp_path / "nobody") == [("1", "There is no partner.toml.")]


def test_a_warning_leaves_the_profile_valid(tmp_path: Path) -> None:
    checked = registry.check(partner(tmp_path, PLAIN + "[calendar]\nworking_days = [1, 1]\n"))
    assert [f.severity for f in checked.findings] == [Severity.WARNING]
    assert checked.valid


def test_a_misspelt_profile_is_told_and_not_passed_over(tmp_path: Path) -> None:
    folder = partner(tmp_path, PLAIN)
    (folder / "partner.toml").rename(folder / "parnter.toml")
    (tmp_path / "notes").mkdir()
    (checked,) = registry.check_all(tmp_path)
    assert [(f.at, f.message, f.hint) for f in checked.findings] == [
        ("fernhill/partner.toml:1", "There is no partner.toml.", "Rename parnter.toml to partner.toml.")
    ]


def test_there_is_nothing_to_check_where_there_is_no_folder(tmp_path: Path) -> None:
    assert registry.check_all(tmp_path / "nowhere") == []
