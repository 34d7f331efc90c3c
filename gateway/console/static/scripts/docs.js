// The reader of the interface: reads alone, since each request needs a proof that is signed for it (/docs/signing).
"use strict";
(() => {
  const shade = () => document.documentElement.classList.toggle("dark-mode", document.documentElement.dataset.bsTheme === "dark");
  document.addEventListener("theme", shade);
  document.addEventListener("DOMContentLoaded", () => {
    shade();
    SwaggerUIBundle({ url: "/openapi.json", domNode: document.getElementById("reader"), deepLinking: true, docExpansion: "none", filter: true, defaultModelsExpandDepth: -1, supportedSubmitMethods: [], validatorUrl: null, layout: "BaseLayout", presets: [SwaggerUIBundle.presets.apis] });
  });
})();
