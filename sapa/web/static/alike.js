"use strict";
// Near duplicates while typing; without this the button asks for them.
(() => {
  const form = document.querySelector("form[data-alike]");
  if (!form) return;
  const found = form.querySelector("[data-found]");
  const asked = ["csrf", "text", "kelurahan", "address", "lat", "lon", "joins"];
  let waiting = 0;
  let last = "";
  const look = async () => {
    const given = new FormData(form);
    const body = new URLSearchParams(asked.map((name) => [name, given.get(name) ?? ""]));
    body.set("sepotong", "1");
    if (body.toString() === last) return;
    last = body.toString();
    try {
      const answer = await fetch(form.dataset.alike, { method: "POST", body });
      if (answer.ok && !answer.redirected && body.toString() === last) found.innerHTML = await answer.text();
    } catch {
      last = "";
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
