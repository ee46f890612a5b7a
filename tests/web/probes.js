// What a phone's page is asked: each answers a list of what is wrong.
({
  // Contrast of every visible text against what is painted behind it; WCAG 2.2 AA asks for 4.5.
  contrast() {
    const linear = (x) => (x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    const light = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, w, n) => sum + w * linear(c[n] / 255), 0);
    const rgb = (text) => text.match(/[\d.]+/g).map(Number);
    const behind = (e) => {
      for (; e; e = e.parentElement) {
        const c = rgb(getComputedStyle(e).backgroundColor);
        if (c.length < 4 || c[3] > 0) return c;
      }
      return [255, 255, 255];
    };
    return [...document.querySelectorAll("body *")]
      .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) && e.checkVisibility())
      .map((e) => {
        const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
        return [e, (a + 0.05) / (b + 0.05)];
      })
      .filter(([, ratio]) => ratio < 4.5)
      .map(([e, ratio]) => `${e.tagName} ${e.textContent.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
  },
  // Things to press that are smaller than 44 px (a box inside a label is as large as the label).
  targets() {
    const pressed = "button, .button, input:not([type=hidden]), select, textarea, nav a, summary";
    return [...document.querySelectorAll(pressed)]
      .filter((e) => e.checkVisibility())
      .map((e) => [e, (e.closest("label") || e).getBoundingClientRect()])
      .filter(([, box]) => box.height < 44 || box.width < 44)
      .map(([e]) => e.outerHTML.slice(0, 80));
  },
  // Fields without a name for screen readers.
  nameless() {
    return [...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
      .filter((e) => !e.labels.length)
      .map((e) => e.name);
  },
});
