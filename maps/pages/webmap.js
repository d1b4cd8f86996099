// The exported map: draws the grids of one file with Leaflet. Everything a reader sees is set as text, never as markup.
function drawGrids(map, data) {
  "use strict";
  const style = data.style;
  const layers = {};
  const labels = L.layerGroup().addTo(map);
  const byCode = new Map();
  let chosen = null;

  const panel = document.getElementById("card");
  const line = (tag, text) => {
    const element = document.createElement(tag);
    element.textContent = text;
    return element;
  };
  const show = (unit) => {
    panel.replaceChildren(line("h2", unit.name), line("p", unit.code));
    const facts = document.createElement("dl");
    for (const [word, value] of [[data.words.level, data.words["level_" + unit.level]], [data.words.area, unit.area], [data.words.parent, unit.parent]]) {
      if (value) facts.append(line("dt", word), line("dd", value));
    }
    panel.append(facts);
    panel.hidden = false;
  };
  const lineOf = (feature) => ({ color: style.line, weight: style.width[feature.properties.level], fill: true, fillOpacity: 0, lineJoin: "round" });
  const select = (layer) => {
    if (chosen) chosen.setStyle(lineOf(chosen.feature));
    chosen = layer;
    chosen.setStyle({ color: style.ink, weight: 4.5 });
    chosen.bringToFront();
    show(layer.feature.properties);
  };

  map.createPane("residual").style.zIndex = "403"; // over the ground of level 1, under every other line
  for (const level of [1, 2, 3]) {
    const pane = map.createPane("level" + level);
    pane.style.zIndex = String(400 + 2 * level); // the finest on top, so that a click finds it
    const group = L.geoJSON(data.levels[level], {
      style: (feature) => (feature.properties.kind === "residual"
        ? { pane: "residual", stroke: false, fill: true, fillColor: style.residual, fillOpacity: 0.45, interactive: false }
        : { ...lineOf(feature), pane: "level" + level, fillColor: style.fill, fillOpacity: level === 1 ? 1 : 0 }),
      onEachFeature: (feature, layer) => {
        if (feature.properties.kind === "residual") return;
        byCode.set(feature.properties.code, layer);
        layer.on("click", () => select(layer));
      },
    });
    layers[level] = group;
    if (data.levels[level].features.length) group.addTo(map);
  }

  const toggles = {};
  for (const level of [1, 2, 3]) {
    if (data.levels[level].features.length) toggles[data.words["level_" + level]] = layers[level];
  }
  const control = L.control.layers(null, toggles, { collapsed: false }).addTo(map);
  if (data.levels[3].features.some((feature) => feature.properties.kind === "residual")) {
    const legend = line("p", data.words.residual);
    legend.className = "residual";
    control.getContainer().append(legend);
  }
  L.control.scale({ imperial: false }).addTo(map);

  // Labels: name first, coarse levels first; none is better than one over another.
  const size = { 1: 16, 2: 13, 3: 12 };
  const room = { 1: 0.6, 2: 0.9, 3: 1 }; // how much of its name a grid must hold
  const smallest = { 1: 0, 2: 1.5, 3: 3 }; // how many letters it must be wide and high
  const label = () => {
    labels.clearLayers();
    const taken = [];
    const view = map.getBounds().pad(0.05);
    for (const level of [1, 2, 3]) {
      if (!map.hasLayer(layers[level])) continue;
      for (const layer of layers[level].getLayers()) {
        const unit = layer.feature.properties;
        if (!unit.at || !view.contains(unit.at)) continue;
        const place = map.latLngToContainerPoint(unit.at);
        const wide = Array.from(unit.label).reduce((sum, char) => sum + (char.charCodeAt(0) < 256 ? 0.6 : 1.15), 0) * size[level];
        const corner = map.latLngToContainerPoint(layer.getBounds().getNorthEast());
        const other = map.latLngToContainerPoint(layer.getBounds().getSouthWest());
        const least = smallest[level] * size[level];
        const rect = [place.x - wide / 2 - 3, place.y - size[level] * 0.8, place.x + wide / 2 + 3, place.y + size[level] * 0.8];
        if (corner.x - other.x < Math.max(wide * room[level], least) || other.y - corner.y < least) continue;
        if (taken.some((box) => rect[0] < box[2] && rect[2] > box[0] && rect[1] < box[3] && rect[3] > box[1])) continue;
        taken.push(rect);
        const text = line("span", unit.label);
        text.className = "label level" + level;
        L.marker(unit.at, { icon: L.divIcon({ className: "", html: text, iconSize: [0, 0] }), interactive: false, keyboard: false }).addTo(labels);
      }
    }
  };
  map.on("moveend zoomend overlayadd overlayremove", label);
  map.fitBounds(data.bounds, { padding: [16, 16], animate: false });
  label();
  document.documentElement.dataset.ready = "true";
}
