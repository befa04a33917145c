"""Errors of machinery (disk, network, configuration, bugs). Wrong data is never one of these: it is a Finding."""

from __future__ import annotations


class GatewayError(Exception):
    """{problem}"""

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        template = " ".join((type(self).__doc__ or "").split())  # a docstring may run over lines
        super().__init__(template.format(**facts))
