"""/metrics: the numbers of reports/figures/metrics.py, as Prometheus reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fastapi import Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from edi_gateway.reports.figures.metrics import Metric, metrics
from edi_gateway.web.console.rooms import NEAR, Call, PlainRoom

room = PlainRoom()


class _Found(Collector):
    """What was found this time; nothing is kept between two scrapes."""

    def __init__(self, found: Sequence[Metric]) -> None:
        self._found = found

    def collect(self) -> Iterable[CounterMetricFamily | GaugeMetricFamily]:
        for one in self._found:
            kind = CounterMetricFamily if one.kind == "counter" else GaugeMetricFamily
            family = kind(one.name, one.help, labels=one.labels)
            for sample in one.samples:
                family.add_metric(sample.labels, sample.value)
            yield family


@room.page("/metrics", may=NEAR)
def metrics_(call: Call) -> Response:
    with call.reading() as conn:
        found = metrics(conn, call.deps.clock())
    registry = CollectorRegistry()
    registry.register(_Found(found))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
