// Before the page is painted: light or dark as the system has it, where the visitor has chosen neither.
"use strict";
(() => {
  const root = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)");
  if (root.dataset.bsTheme) return;
  const follow = () => {
    root.dataset.bsTheme = dark.matches ? "dark" : "light";
    document.dispatchEvent(new Event("theme"));
  };
  follow();
  dark.addEventListener("change", follow);
})();
