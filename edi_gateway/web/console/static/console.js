// Keys, dialogs, the menu of small screens, and words for what htmx does. No page needs it to be read or to be sent.
"use strict";

(() => {
  const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;
  const on = () => localStorage.getItem("keys") !== "off";
  const dialog = (id) => document.getElementById(id);

  // --- keys: g and a letter goes to a part; data-key presses what bears it; j, k and Enter walk a table's rows

  const general = [
    ["?", "these keys"],
    ["/", "the first field of a filter"],
    ["j, k", "next and previous row"],
    ["Enter", "open the row"],
  ];
  let going = 0;

  function help() {
    const list = dialog("keys").querySelector("dl");
    const entry = (key, words) => {
      const pair = document.createElement("div");
      const term = document.createElement("dt");
      const kbd = document.createElement("kbd");
      const told = document.createElement("dd");
      kbd.textContent = key;
      told.textContent = words;
      term.append(kbd);
      pair.append(term, told);
      return pair;
    };
    const words = (element) => (element.getAttribute("aria-label") || element.textContent).trim();
    const here = [...document.querySelectorAll("[data-key]")].map((e) => [e.dataset.key, words(e)]);
    const parts = [...document.querySelectorAll("[data-go]")].map((e) => [`g ${e.dataset.go}`, words(e)]);
    const seen = new Set();
    const fresh = ([key]) => !seen.has(key) && seen.add(key);
    list.replaceChildren(...[...here, ...general, ...parts].filter(fresh).map((pair) => entry(...pair)));
    dialog("keys").querySelector("[data-keys-on]").checked = on();
    dialog("keys").showModal();
  }

  const rows = () => [...document.querySelectorAll("table[data-rows] tbody tr")].filter((row) => row.querySelector("a[href]"));

  function step(by) {
    const all = rows();
    if (!all.length) return;
    const present = all.findIndex((row) => row.contains(document.activeElement));
    const next = Math.min(all.length - 1, Math.max(0, present < 0 ? (by > 0 ? 0 : all.length - 1) : present + by));
    all[next].querySelector("a[href]").focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]") || !on()) {
      if (event.key === "?" && !document.querySelector("dialog[open]")) help();
      return;
    }
    if (going && Date.now() - going < 1500) {
      going = 0;
      const part = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
      if (part) {
        event.preventDefault();
        part.click();
      }
      return;
    }
    const pressed = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (pressed && !pressed.disabled) {
      event.preventDefault();
      if (pressed.matches("input:not([type=checkbox]), textarea, select, summary")) pressed.focus();
      if (!pressed.matches("input:not([type=checkbox]), textarea, select")) pressed.click();
      return;
    }
    const does = {
      "?": help,
      g: () => { going = Date.now(); },
      j: () => step(1),
      k: () => step(-1),
      "/": () => document.querySelector("form[role=search] input, form[role=search] select")?.focus(),
    }[event.key];
    if (does) {
      event.preventDefault();
      does();
    }
  });

  // --- what is asked before a form is sent; a button that sends it elsewhere only tries

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.sure || form.dataset.said || event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const sure = dialog("sure");
    sure.querySelector("p").textContent = form.dataset.sure;
    sure.returnValue = "no";
    sure.onclose = () => {
      if (sure.returnValue !== "yes") return;
      form.dataset.said = "yes";
      form.requestSubmit(event.submitter);
      delete form.dataset.said;
    };
    sure.showModal();
  }, true);

  // --- the menu of small screens, light and dark, the help

  const opened = () => document.querySelector("header nav details[open]");
  document.addEventListener("keydown", (event) => {
    const group = opened();
    if (event.key !== "Escape" || !group) return;
    const inside = group.contains(document.activeElement);
    group.open = false;
    if (inside) group.querySelector("summary").focus();
  });
  document.addEventListener("focusin", (event) => {
    const group = opened();
    if (group && !group.contains(event.target) && event.target.closest("header")) group.open = false;
  });

  document.addEventListener("click", (event) => {
    const group = opened();
    if (group && !group.contains(event.target)) group.open = false;
    const clicked = event.target.closest("button");
    if (!clicked) return;
    if ("menu" in clicked.dataset) {
      clicked.setAttribute("aria-expanded", String(clicked.getAttribute("aria-expanded") !== "true"));
    } else if ("help" in clicked.dataset) {
      help();
    } else if ("themeSwitch" in clicked.dataset) {
      const root = document.documentElement;
      const now = root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
      root.dataset.theme = now === "dark" ? "light" : "dark";
      localStorage.setItem("theme", root.dataset.theme);
    }
  });
  document.addEventListener("change", (event) => {
    if ("keysOn" in event.target.dataset) localStorage.setItem("keys", event.target.checked ? "on" : "off");
  });

  // --- htmx: what is fetched, and what could not be

  let fetching = 0;
  const loading = (by) => {
    fetching = Math.max(0, fetching + by);
    dialog("loading").hidden = fetching === 0;
  };
  document.addEventListener("htmx:beforeRequest", () => loading(1));
  document.addEventListener("htmx:afterRequest", () => loading(-1));
  for (const lost of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(lost, () => {
      const words = document.createElement("p");
      words.className = "said wrong";
      words.textContent = "The console did not answer. What you see may be old; try again.";
      dialog("said").replaceChildren(words);
    });
  }
})();
