// The card at the right: a piece of page the server writes, words and numbers included.

export interface Card {
  other: boolean; // the card is that of the other day, where two are compared
  show(code: string | null): Promise<void>;
}

export function bindCard(map: HTMLElement, select: (code: string | null) => void): Card {
  const aside = document.querySelector<HTMLElement>("#card");
  let asked = 0;

  aside?.addEventListener("click", (event) => {
    const link = (event.target as HTMLElement).closest<HTMLElement>("[data-select]");
    const code = link?.dataset["select"];
    if (!link || code === undefined || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    select(code === "" ? null : code);
  });

  return {
    other: false,
    async show(code) {
      if (!aside) return;
      const turn = ++asked;
      const base = (this.other ? map.dataset["otherCard"] : "") || map.dataset["card"];
      const address = `${base}${code === null ? "" : `&unit=${encodeURIComponent(code)}`}`;
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      const text = await answer.text();
      if (turn !== asked) return; // another grid was clicked meanwhile
      aside.innerHTML = text; // from our own server, escaped there; the policy of the page runs no script in it
      aside.scrollTop = 0;
    },
  };
}
