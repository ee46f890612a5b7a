"use strict";
// Near duplicates while typing; without this the button asks for them.
(() => {
  const form = document.querySelector("form[data-alike]");
  if (!form) return;
  const found = form.querySelector("[data-found]");
  const asked = ["csrf", "text", "kelurahan", "address", "lat", "lon", "joins"];
  let waiting = 0;
  let last = "";
  const chosen = () => new FormData(form).get("joins") ?? "";
  const look = async () => {
    const given = new FormData(form);
    const body = new URLSearchParams(asked.map((name) => [name, given.get(name) ?? ""]));
    body.set("sepotong", "1");
    if (body.toString() === last) return;
    last = body.toString();
    try {
      const answer = await fetch(form.dataset.alike, { method: "POST", body });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      const list = await answer.text();
      if (body.toString() !== last) return;
      if (chosen() !== body.get("joins")) { look(); return; } // chosen meanwhile: a list that knows it
      found.innerHTML = list;
    } catch {
      if (body.toString() !== last) return;
      last = "";
      if (!chosen()) found.textContent = "Laporan serupa belum dapat diperiksa. Periksa sambungan, atau apakah Anda masih masuk.";
    }
  };
  form.addEventListener("input", (event) => {
    if (!["text", "kelurahan", "address"].includes(event.target.name)) return;
    clearTimeout(waiting);
    if (form.elements.text.value.trim().length >= 10) waiting = setTimeout(look, 800);
  });
  form.querySelector("button[formaction]").addEventListener("click", (event) => {
    event.preventDefault();
    look();
  });
})();
