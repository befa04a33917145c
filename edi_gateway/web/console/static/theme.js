// Before anything is drawn: that scripts run, so a small screen's menu may be shut; light or dark, where chosen.
(() => {
  document.documentElement.dataset.script = "runs";
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
