// Draws what a table says: a Pareto, a trend of days, a p-chart (uPlot). Without this script the table says the same.
"use strict";
(() => {
  const cell = (row, n) => Number(row.cells[n].textContent.replaceAll(" ", "").replaceAll(" ", ""));
  const day = (row) => Date.parse(`${row.cells[0].textContent}T00:00:00Z`) / 1000;
  const bars = () => uPlot.paths.bars({ size: [0.7, 60] });

  // each: the x values, the series (label, values, how they look), and what is special of the axes
  const plots = {
    pareto: (rows) => ({
      x: rows.map((_, n) => n + 1),
      series: [
        { label: "%", values: rows.map((row) => cell(row, 4)), paths: bars(), fill: "rgba(70,130,180,0.45)" },
        { label: "sum %", values: rows.map((row) => cell(row, 5)), points: { show: true } },
        { label: "80 %", values: rows.map(() => 80), dash: [6, 6] },
      ],
      options: { scales: { x: { time: false, range: [0.4, rows.length + 0.6] }, y: { range: [0, 100] } } },
      xAxis: { incrs: [1, 2, 5, 10] },
    }),
    trend: (rows) => ({
      x: rows.map(day),
      series: [
        { label: "opened", values: rows.map((row) => cell(row, 1)), points: { show: true } },
        { label: "over", values: rows.map((row) => cell(row, 2)), dash: [6, 6], points: { show: true } },
      ],
    }),
    "p-chart": (rows) => ({
      x: rows.map(day),
      series: [
        { label: "rate %", values: rows.map((row) => cell(row, 3)), points: { show: true } },
        { label: "lower %", values: rows.map((row) => cell(row, 4)), dash: [4, 4] },
        { label: "upper %", values: rows.map((row) => cell(row, 5)), dash: [4, 4] },
      ],
    }),
  };

  for (const place of document.querySelectorAll("[data-plot]")) {
    const rows = [...document.querySelectorAll(`#${place.dataset.from} tbody tr`)];
    const plot = plots[place.dataset.plot](rows);
    const draw = () => {
      place.replaceChildren();
      const line = getComputedStyle(document.body).color;
      const axis = { stroke: line, grid: { stroke: "rgba(128,128,128,0.25)" }, ticks: { stroke: "rgba(128,128,128,0.5)" } };
      const series = plot.series.map(({ values, ...look }) => ({ stroke: line, width: 2, points: { show: false }, ...look }));
      new uPlot(
        {
          width: place.clientWidth || 600,
          height: 260,
          tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
          series: [{ label: place.dataset.plot === "pareto" ? "no." : "day" }, ...series],
          axes: [{ ...axis, ...plot.xAxis }, axis],
          ...plot.options,
        },
        [plot.x, ...plot.series.map((each) => each.values)],
        place,
      );
    };
    draw();
    let waiting = null;
    addEventListener("resize", () => {
      clearTimeout(waiting);
      waiting = setTimeout(draw, 150);
    });
  }
})();
