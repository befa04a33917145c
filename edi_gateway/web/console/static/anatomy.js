// Lights the bytes that fed a value, and the value that bytes fed, under the pointer and under the keyboard's focus.
(() => {
  "use strict";
  const said = () => document.getElementById("lineage-said");

  function clear() {
    for (const lit of document.querySelectorAll(".lit")) lit.classList.remove("lit");
  }

  function light(event) {
    const at = event.target instanceof Element ? event.target.closest("[data-t]") : null;
    if (!at) return;
    clear();
    const words = [];
    for (const number of at.dataset.t.split(" ")) {
      for (const one of document.querySelectorAll(`[data-t~="${CSS.escape(number)}"]`)) {
        if (one.tagName !== "A" || one.classList.contains("fed")) one.classList.add("lit");
        if (one.dataset.said) words.push(one.dataset.said);
      }
    }
    if (said() && words.length) said().textContent = words.join(" · ");
  }

  document.addEventListener("mouseover", light);
  document.addEventListener("focusin", light);
})();
