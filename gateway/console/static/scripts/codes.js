// Copies what is shown once, such as recovery codes: one line each.
"use strict";
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const lines = [...document.querySelectorAll(`#${button.dataset.copy} code`)].map((code) => code.textContent.trim());
  await navigator.clipboard.writeText(lines.join("\n"));
  button.querySelector("span").textContent = button.dataset.copied;
});
