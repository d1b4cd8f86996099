// The map of one verdict: the grid, its neighbours and the track, drawn with Leaflet. Every word is set as text.
function drawTrack(map, data) {
  "use strict";
  const style = data.style;
  const said = (text) => {
    const element = document.createElement("span");
    element.textContent = text;
    return element;
  };
  for (const one of data.others) {
    L.geoJSON(one.shape, { style: { color: style.other, weight: 1.7, fill: false } }).bindTooltip(said(one.name)).addTo(map);
  }
  const own = L.geoJSON(data.own.shape, { style: { color: style.line, weight: 2.4, fillColor: style.fill, fillOpacity: 0.6 } }).addTo(map);
  own.bindTooltip(said(data.own.name));
  for (const gap of data.gaps) {
    if (gap.reach) L.circle(gap.middle, { radius: gap.reach, color: style.unknown, weight: 1.5, dashArray: "5 3", fillOpacity: 0.1 }).bindTooltip(said(gap.words)).addTo(map);
  }
  for (const run of data.runs) {
    L.polyline(run.at, { color: style.track[run.colour - 1], weight: 4 }).bindTooltip(said(run.words), { sticky: true }).addTo(map);
  }
  for (const gap of data.gaps) {
    for (const end of gap.ends) L.circleMarker(end, { radius: 5, color: style.line, weight: 1.6, fillColor: style.end, fillOpacity: 1 }).bindTooltip(said(gap.words)).addTo(map);
  }
  L.control.scale({ imperial: false }).addTo(map);
  const legend = document.getElementById("card");
  legend.hidden = false;
  legend.append(...data.lines.map((text, n) => {
    const element = document.createElement(n ? "p" : "h2");
    element.textContent = text;
    return element;
  }));
  const scale = document.createElement("p");
  scale.append(...style.track.map((colour) => {
    const patch = document.createElement("i");
    patch.className = "patch";
    patch.style.background = colour;
    return patch;
  }));
  legend.append(scale);
  map.fitBounds(data.bounds, { padding: [24, 24] });
}
