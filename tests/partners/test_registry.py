"""Whose interchange is this: the answer for every combination of ids."""

from __future__ import annotations

from pathlib import Path

from edi_gateway.partners import registry
from edi_gateway.partners.profile import Profile
from edi_gateway.partners.registry import Registry
from tests.partners.folders import PLAIN, partner

SHIPPED = Path(__file__).parents[2] / "partners"


def profile(key: str = "fernhill", **changes: object) -> Profile:
    plain = {
        "key": key,
        "name": key.title(),
        "them": {"qualifier": "ZZ", "id": "FERNHILL"},
        "us": {"qualifier": "ZZ", "id": "TARNBROOK"},
        "connection": {"kind": "directory", "inbound": "in", "outbound": "out"},
        "documents": [{"set": "850", "direction": "in"}],
    }
    return Profile.model_validate({**plain, **changes})


def test_an_interchange_belongs_to_the_partner_of_its_two_addresses() -> None:
    known = Registry.of([profile(), profile("moss", them={"qualifier": "01", "id": "001234567"})])
    assert known.resolve("ZZ", "FERNHILL", "ZZ", "TARNBROOK") is known.profiles["fernhill"]
    assert known.resolve("01", "001234567", "ZZ", "TARNBROOK") is known.profiles["moss"]


def test_padding_and_case_of_ids_do_not_matter() -> None:
    known = Registry.of([profile()])
    assert known.resolve("ZZ", "Fernhill       ", "zz", "TARNBROOK      ") is known.profiles["fernhill"]


def test_an_address_that_differs_in_any_part_is_unknown() -> None:
    known = Registry.of([profile()])
    for address in (
        ("01", "FERNHILL", "ZZ", "TARNBROOK"),
        ("ZZ", "FERNHILLS", "ZZ", "TARNBROOK"),
        ("ZZ", "FERNHILL", "01", "TARNBROOK"),
        ("ZZ", "FERNHILL", "ZZ", "TARN"),
    ):
        assert known.resolve(*address) is None


def test_another_address_of_theirs_leads_to_the_same_partner() -> None:
    known = Registry.of([profile(also_known_as=[{"qualifier": "08", "id": "9255500001"}])])
    assert known.resolve("08", "9255500001", "ZZ", "TARNBROOK") is known.profiles["fernhill"]


def test_group_ids_tell_apart_two_partners_who_share_an_address() -> None:
    known = Registry.of(
        [
            profile("north", them={"qualifier": "ZZ", "id": "FERNHILL", "group_id": "NORTH"}),
            profile("south", them={"qualifier": "ZZ", "id": "FERNHILL", "group_id": "SOUTH"}),
        ]
    )
    shared = ("ZZ", "FERNHILL", "ZZ", "TARNBROOK")
    assert known.resolve(*shared, "SOUTH", "TARNBROOK") is known.profiles["south"]
    assert known.resolve(*shared, "EAST", "TARNBROOK") is None
    assert known.resolve(*shared) is None


def test_group_ids_do_not_matter_where_the_address_says_enough() -> None:
    known = Registry.of([profile()])
    assert known.resolve("ZZ", "FERNHILL", "ZZ", "TARNBROOK", "ANY", "THING") is known.profiles["fernhill"]


def test_a_connection_leads_to_its_partner() -> None:
    known = Registry.of([profile()])
    assert known.connection("fernhill") is known.profiles["fernhill"]
    assert known.connection("nobody") is None


def test_only_folders_with_a_profile_are_partners(tmp_path: Path) -> None:
    partner(tmp_path, PLAIN)
    (tmp_path / "notes").mkdir()
    (tmp_path / "README.md").write_text("", "utf-8")
    assert [folder.name for folder in registry.folders(tmp_path)] == ["fernhill"]
    assert registry.folders(tmp_path / "nowhere") == []


def test_a_profile_takes_its_key_from_the_folder_and_its_defaults_from_the_reference(tmp_path: Path) -> None:
    loaded = registry.load(partner(tmp_path, PLAIN))
    assert loaded.findings == ()
    assert loaded.profile is not None
    assert loaded.profile.key == "fernhill"
    assert loaded.profile.document("850", "in") is not None
    assert loaded.profile.answering.within_hours == 24


def test_the_shipped_partners_have_no_mistake() -> None:
    checked = registry.check_all(SHIPPED, SHIPPED.parent / "mappings")
    assert [(p.key, p.findings) for p in checked] == [
        ("aldermere", ()),
        ("harborside", ()),
        ("kestrelmoor", ()),
        ("pinwheel", ()),
    ]


def test_the_shipped_partners_have_an_address_each() -> None:
    known = Registry.of([p.profile for p in registry.check_all(SHIPPED) if p.profile])
    for sender in (("ZZ", "KESTRELMOOR"), ("ZZ", "ALDERMERE"), ("12", "5550140"), ("ZZ", "HARBORSIDE")):
        assert known.resolve(*sender, "ZZ", "TARNBROOK") is not None
