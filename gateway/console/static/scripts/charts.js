// Charts, drawn from the figures that stand beside them as JSON; drawn again when the theme, the width or the page changes.
"use strict";
(() => {
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const shade = (tone) => token(/^\d$/.test(tone) ? `--chart-${tone}` : `--${tone}`);
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const words = () => ({ color: token("--second"), fontFamily: token("--sans"), fontSize: 12 });

  function drawnSeries(chart, one) {
    const kind = one.kind || (chart.kind === "line" ? "line" : "bar");
    const colour = shade(one.tone);
    return {
      name: one.label, type: kind, data: one.values, color: colour, stack: chart.stacked && kind === "bar" ? "all" : undefined,
      barMaxWidth: 28, symbolSize: 5, connectNulls: false, itemStyle: kind === "bar" ? { borderRadius: chart.stacked ? 0 : 2 } : undefined,
      lineStyle: { width: 2, type: one.dashed ? "dashed" : "solid" },
    };
  }
  function radar(chart, common) {
    // What could not be computed has no axis: a corner in the middle would tell a value. The table below lists it.
    const known = chart.categories.map((_, at) => at).filter((at) => chart.series.some((one) => one.values[at] !== null));
    const shown = chart.series.map((one) => ({ name: one.label, value: known.map((at) => one.values[at]), lineStyle: { type: one.dashed ? "dashed" : "solid", color: shade(one.tone) }, itemStyle: { color: shade(one.tone) }, areaStyle: one.dashed ? undefined : { color: shade(one.tone), opacity: 0.15 } }));
    const first = chart.series[0].values;
    return {
      ...common,
      radar: {
        indicator: known.map((at) => ({ name: `${chart.categories[at]}\n${first[at] ?? "—"}`, min: chart.least, max: chart.most })),
        axisName: { color: token("--text"), fontSize: 12 }, radius: "62%", splitArea: { show: false },
        splitLine: { lineStyle: { color: token("--line") } }, axisLine: { lineStyle: { color: token("--line") } },
      },
      series: [{ type: "radar", data: shown, symbolSize: 4 }],
    };
  }
  function option(chart) {
    const common = {
      animation: false, textStyle: words(), legend: chart.series.length > 1 ? { top: 0, left: 0, textStyle: words(), itemWidth: 14, itemHeight: 8 } : undefined,
      tooltip: { trigger: chart.kind === "radar" ? "item" : "axis", renderMode: "richText", confine: true, valueFormatter: (value) => (value === null || value === undefined ? "—" : `${number.format(value)} ${chart.unit}`) },
    };
    if (chart.kind === "radar") return radar(chart, common);
    const lies = chart.kind === "across";
    const names = { type: "category", data: chart.categories, inverse: lies, axisTick: { show: false }, axisLine: { lineStyle: { color: token("--line") } }, axisLabel: { ...words(), hideOverlap: true, width: lies ? 130 : undefined, overflow: lies ? "truncate" : "none" } };
    const figures = { type: "value", min: chart.kind === "line" || chart.series.some((one) => one.values.some((value) => value < 0)) ? undefined : 0, scale: chart.kind === "line", minInterval: 1, splitLine: { lineStyle: { color: token("--line") } }, axisLabel: words() };
    return {
      ...common, grid: { left: 8, right: 16, top: chart.series.length > 1 ? 36 : 16, bottom: 4, containLabel: true },
      xAxis: lies ? figures : names, yAxis: lies ? names : figures, series: chart.series.map((one) => drawnSeries(chart, one)),
    };
  }

  const drawn = new Map();
  function draw() {
    for (const [place, instance] of drawn) {
      if (!place.isConnected) {
        instance.dispose();
        drawn.delete(place);
      }
    }
    for (const part of document.querySelectorAll(".chart-part")) {
      const place = part.querySelector(".chart-canvas");
      const chart = JSON.parse(part.querySelector("script").textContent);
      if (chart.kind === "across") place.classList.toggle("tall", chart.categories.length > 8);
      const instance = drawn.get(place) ?? echarts.init(place, null, { renderer: "canvas" });
      drawn.set(place, instance);
      instance.setOption(option(chart), true);
    }
  }
  const resize = () => drawn.forEach((instance) => instance.resize());
  document.addEventListener("DOMContentLoaded", draw);
  document.addEventListener("htmx:after:swap", draw);
  addEventListener("resize", resize);
  addEventListener("beforeprint", resize);
  document.addEventListener("theme", draw);
})();
