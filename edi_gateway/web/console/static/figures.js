// Draws the table of a figure's days as a line (uPlot). Without this script the table says the same.
"use strict";
for (const place of document.querySelectorAll("[data-chart]")) {
  const rows = [...document.querySelectorAll(`#${place.dataset.chart} tbody tr`)];
  const days = rows.map((row) => Date.parse(`${row.cells[0].textContent}T00:00:00Z`) / 1000);
  const share = place.dataset.kind === "share";
  const values = rows.map((row) => {
    const said = row.querySelector("[data-value]").dataset.value;
    return said === "" ? null : Number(said) * (share ? 100 : 1);
  });
  const style = getComputedStyle(document.body);
  const line = style.color;
  const draw = () => {
    place.replaceChildren();
    const axis = { stroke: line, grid: { stroke: "rgba(128,128,128,0.25)" }, ticks: { stroke: "rgba(128,128,128,0.5)" } };
    new uPlot(
      {
        width: place.clientWidth || 600,
        height: 260,
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
        series: [
          { label: "day" },
          { label: share ? "%" : place.dataset.kind, stroke: line, width: 2, points: { show: true } },
        ],
        axes: [axis, axis],
        scales: share ? { y: { range: [0, 100] } } : {},
      },
      [days, values],
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
