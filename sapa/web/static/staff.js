"use strict";
// Everything here is comfort: the console works without it.
(() => {
  const told = document.querySelector("[data-live]");
  if (told && "EventSource" in window) {
    const about = told.dataset.about;
    const changed = new Set();
    const stream = new EventSource(`/petugas/langsung?sejak=${told.dataset.live}`);
    stream.addEventListener("message", (event) => {
      for (const ref of JSON.parse(event.data)) changed.add(ref);
      if (about ? !changed.has(about) : !changed.size) return;
      const link = document.createElement("a");
      link.href = location.href.split("#")[0];
      link.textContent = "Muat ulang";
      const words = about ? "Laporan ini baru saja berubah." : `${changed.size} laporan baru atau berubah.`;
      told.replaceChildren(document.createTextNode(words), link);
    });
    addEventListener("pagehide", () => stream.close());
  }

  // A canned answer goes into the form as it stands; without this its link loads the page with it.
  for (const link of document.querySelectorAll("[data-ready]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const field = link.closest("form").querySelector("textarea");
      field.value = field.value.trim() ? `${field.value.trim()}\n${link.dataset.ready}` : link.dataset.ready;
      link.closest("details").open = false;
      field.focus();
    });
  }

  const help = document.querySelector("[data-keys]");
  if (!help) return;
  const off = "sapa-tanpa-pintasan";
  const wanted = help.querySelector("input");
  help.hidden = false;
  wanted.checked = localStorage.getItem(off) === null;
  wanted.addEventListener("change", () => {
    if (wanted.checked) localStorage.removeItem(off);
    else localStorage.setItem(off, "1");
  });

  const cards = [...document.querySelectorAll(help.dataset.keys)];
  const here = () => cards.findIndex((card) => card.contains(document.activeElement));
  const go = (index) => {
    const card = cards[Math.min(Math.max(index, 0), cards.length - 1)];
    if (!card) return;
    card.querySelector("a").focus();
    card.scrollIntoView({ block: "nearest" });
  };
  const unfold = (card, action) => {
    const form = card.querySelector(`details form[action$="/${action}"]`);
    if (!form) return;
    form.closest("details").open = true;
    form.querySelector("select").focus();
  };
  const keys = {
    j: () => go(here() + 1),
    k: () => go(here() - 1),
    x: (card) => card.querySelector("input[name=pilih]")?.click(),
    b: (card) => card.querySelector("a").click(),
    1: (card) => card.querySelectorAll(".guesses button")[0]?.click(),
    2: (card) => card.querySelectorAll(".guesses button")[1]?.click(),
    o: (card) => unfold(card, "alihkan"),
    l: (card) => unfold(card, "serahkan"),
  };
  addEventListener("keydown", (event) => {
    if (!wanted.checked || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input:not([type=checkbox]), select, textarea")) return;
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : null;
    const card = cards[here()];
    if (!act || (act.length && !card)) return;
    event.preventDefault();
    act(card);
  });
})();
