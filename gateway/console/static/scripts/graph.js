// A graph whose nodes have their places from the server: drawn from the JSON that stands beside it, again with the theme.
"use strict";
(() => {
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const drawn = new Map();

  function style() {
    const common = { "font-family": token("--sans"), "font-size": 13, color: token("--text") };
    return [
      { selector: "node", style: { ...common, label: "data(label)", shape: "round-rectangle", width: 190, height: 36, "text-valign": "center", "text-max-width": 180, "text-wrap": "ellipsis", "background-color": token("--subtle"), "border-width": 1, "border-color": token("--field") } },
      { selector: "node[side = 'gateway']", style: { height: 56, width: 130, "font-weight": 600, color: token("--on-primary"), "background-color": token("--primary"), "border-color": token("--primary") } },
      { selector: "node[side = 'platform']", style: { "border-color": token("--chart-2") } },
      { selector: "edge", style: { ...common, width: "data(width)", "line-color": token("--chart-1"), opacity: 0.75, "curve-style": "straight", "source-endpoint": "90deg", "target-endpoint": "270deg", "target-arrow-shape": "triangle", "target-arrow-color": token("--chart-1"), "text-background-color": token("--surface"), "text-background-opacity": 1, "text-background-padding": 2, "font-size": 12, "text-opacity": 1 } },
      { selector: "edge[target = 'gateway']", style: { "source-label": "data(count)", "source-text-offset": 48 } },
      { selector: "edge[source = 'gateway']", style: { "target-label": "data(count)", "target-text-offset": 48 } },
      { selector: "edge[none]", style: { "line-style": "dashed", "line-color": token("--field"), "target-arrow-color": token("--field") } },
    ];
  }

  function elements(graph) {
    const number = new Intl.NumberFormat(document.documentElement.lang);
    const most = Math.max(1, ...graph.arrows.map((one) => Math.log1p(one.count)));
    const arrows = graph.arrows.map((one) => ({ data: { source: one.from, target: one.to, count: number.format(one.count), width: 1 + (5 * Math.log1p(one.count)) / most, none: one.count ? undefined : true } }));
    return [...graph.nodes.map(({ x, y, ...data }) => ({ data, position: { x, y } })), ...arrows];
  }

  function draw() {
    for (const part of document.querySelectorAll(".graph-part")) {
      const place = part.querySelector(".graph-canvas");
      const known = drawn.get(place);
      if (known) {
        known.style(style());
        continue;
      }
      const graph = JSON.parse(part.querySelector("script").textContent);
      drawn.set(place, cytoscape({ container: place, elements: elements(graph), style: style(), layout: { name: "preset", padding: 12 }, userZoomingEnabled: false, userPanningEnabled: false, autoungrabify: true, boxSelectionEnabled: false }));
    }
  }
  const fit = () => drawn.forEach((graph) => { graph.resize(); graph.fit(undefined, 12); });

  // The library is heavy, and graphs stand far down: it is fetched when the first of them comes into view.
  function watch() {
    const parts = document.querySelectorAll(".graph-part");
    const near = new IntersectionObserver((seen) => {
      if (!seen.some((one) => one.isIntersecting)) return;
      near.disconnect();
      const script = document.createElement("script");
      script.src = parts[0].dataset.library;
      script.addEventListener("load", draw);
      document.head.append(script);
    });
    for (const part of parts) {
      const { height } = JSON.parse(part.querySelector("script").textContent);
      part.querySelector(".graph-canvas").dataset.rows = Math.min(12, Math.max(3, Math.ceil(height / 54)));
      near.observe(part);
    }
  }
  document.addEventListener("DOMContentLoaded", watch);
  document.addEventListener("theme", () => self.cytoscape && draw());
  addEventListener("resize", fit);
  addEventListener("beforeprint", fit);
})();
