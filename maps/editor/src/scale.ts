// The scale bar: the plane is metric, so a round number of metres is a number of pixels.

const LONGEST = 150;

function round(metres: number): number {
  const power = 10 ** Math.floor(Math.log10(metres));
  const lead = metres / power;
  return (lead >= 5 ? 5 : lead >= 2 ? 2 : 1) * power;
}

export function drawScale(resolution: number): void {
  const bar = document.querySelector<HTMLElement>("#scale-bar");
  const label = document.querySelector<HTMLElement>("#scale-label");
  if (!bar || !label) return;
  const metres = round(resolution * LONGEST);
  bar.style.width = `${Math.round(metres / resolution)}px`;
  label.textContent = metres >= 1000 ? `${metres / 1000} km` : `${metres} m`;
}
