// What the shell does beyond links and forms: the search's key, menus that close, dialogs for older browsers.
"use strict";
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = document.querySelector("[data-key='/']");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  }
  if (event.key === "Escape") {
    const open = event.target.closest("details[open].menu, details[open].chip-menu");
    open?.removeAttribute("open");
    open?.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[open].menu, details[open].chip-menu")) {
    if (!menu.contains(event.target)) menu.removeAttribute("open");
  }
  const button = event.target.closest("button[commandfor]");
  if (button && !("commandForElement" in HTMLButtonElement.prototype)) {
    const dialog = document.getElementById(button.getAttribute("commandfor"));
    if (button.getAttribute("command") === "close") dialog?.close();
    else dialog?.showModal();
  }
  if (event.target.closest("[data-print]")) window.print();
});
// What is closed on the screen and belongs on paper is open while it is printed.
const printed = [];
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details[data-printed]:not([open])")) {
    part.open = true;
    printed.push(part);
  }
});
addEventListener("afterprint", () => {
  for (const part of printed.splice(0)) part.open = false;
});
// The number of what waits is asked for once, and stands in the navigation too.
document.addEventListener("htmx:after:swap", () => {
  const count = document.querySelector(".top .waiting-count")?.textContent ?? "";
  for (const place of document.querySelectorAll("[data-waiting]")) place.textContent = count;
});
document.addEventListener("DOMContentLoaded", () => {
  document.querySelector(".side-groups [aria-current]")?.scrollIntoView({ block: "nearest" }); // in a long list, too
  document.querySelector("[data-focus]")?.focus();
});
