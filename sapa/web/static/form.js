"use strict";
// Everything here is comfort: the form works without it.
(() => {
  const problem = document.getElementById("masalah");
  if (problem) problem.focus();

  for (const box of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    box.hidden = false;
    box.querySelector("button").addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(box.dataset.copy).textContent.trim());
      box.querySelector("[role=status]").textContent = "Tersalin.";
    });
  }

  const locate = document.querySelector("[data-locate]");
  if (locate && navigator.geolocation) {
    const form = locate.closest("form");
    const button = locate.querySelector("button");
    const status = locate.querySelector("[role=status]");
    const set = (name, value) => { form.elements[name].value = value; };
    locate.hidden = false;
    if (form.elements.lat.value) status.textContent = "Lokasi sudah tercatat.";
    button.addEventListener("click", () => {
      status.textContent = "Mencari lokasi …";
      button.disabled = true;
      navigator.geolocation.getCurrentPosition((found) => {
        const at = found.coords;
        set("lat", at.latitude.toFixed(6));
        set("lon", at.longitude.toFixed(6));
        set("accuracy", Math.round(at.accuracy));
        status.textContent = `Lokasi tercatat, ketelitian sekitar ${Math.round(at.accuracy)} meter.`;
        button.textContent = "Perbarui lokasi";
        button.disabled = false;
      }, () => {
        status.textContent = "Lokasi tidak dapat dibaca. Tulis saja alamat atau patokannya.";
        button.disabled = false;
      }, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
    });
  }

  for (const input of document.querySelectorAll("input[type=file]")) {
    const list = input.parentElement.querySelector("[data-previews]");
    input.addEventListener("change", () => {
      list.replaceChildren(...[...input.files].filter((file) => file.type.startsWith("image/")).map((file) => {
        const item = document.createElement("li");
        const picture = document.createElement("img");
        picture.alt = file.name;
        picture.src = URL.createObjectURL(file);
        picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
        item.append(picture);
        return item;
      }));
      list.hidden = !list.children.length;
    });
  }

  for (const form of document.querySelectorAll("form[data-send]")) {
    form.addEventListener("submit", (event) => {
      const told = form.querySelector("[data-sending]");
      const files = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
      const size = files.reduce((sum, file) => sum + file.size, 0);
      if (size > Number(form.dataset.max) - 200000) {
        event.preventDefault();
        told.textContent = "Fotonya terlalu besar untuk sekali kirim. Kurangi jumlahnya, lalu kirim lagi.";
        return;
      }
      if (form.dataset.busy) { event.preventDefault(); return; }
      form.dataset.busy = "1";
      told.textContent = "Mengirim …";
    });
  }
  // Coming back by the back button must not leave the form locked.
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-busy]")) {
      delete form.dataset.busy;
      const told = form.querySelector("[data-sending]");
      if (told) told.textContent = "";
    }
  });
})();
