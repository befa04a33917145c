"""What pyproject.toml cannot say: mappings, partners and samples lie at the top, and travel inside the package."""

from setuptools import find_packages, setup

STARTER = {f"edi_gateway.starter.{part}": part for part in ("mappings", "partners", "samples")}

setup(
    packages=[*find_packages(include=["edi_gateway", "edi_gateway.*"]), *STARTER],
    package_dir=STARTER,
    package_data={
        "edi_gateway": ["py.typed"],
        "edi_gateway.x12.dictionary": ["data/**/*", "data/*"],
        "edi_gateway.x12.second_opinion": ["known.toml"],
        "edi_gateway.web.console": ["templates/**/*", "static/**/*"],
        "edi_gateway.store.migrations": ["*.mako", "versions/*.py"],
        **{package: ["**/*"] for package in STARTER},
    },
)
