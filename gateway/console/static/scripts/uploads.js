// The progress of a large file; without this script the form works all the same.
"use strict";
const form = document.querySelector("form[data-progress]");
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const shown = form.querySelector("[data-shown]"), bar = form.querySelector("progress"), text = form.querySelector("output");
  const button = form.querySelector("button"), request = new XMLHttpRequest();
  shown.hidden = false;
  button.disabled = true;
  request.upload.onprogress = (sent) => {
    bar.max = sent.total;
    bar.value = sent.loaded;
    text.value = `${form.dataset.sending} ${Math.floor((100 * sent.loaded) / sent.total)} %`;
  };
  request.upload.onload = () => {
    bar.removeAttribute("value");
    text.value = form.dataset.working;
  };
  request.onload = () => {
    if (request.status === 200 && request.responseURL !== location.href) {
      location.assign(request.responseURL);
      return;
    }
    const answer = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("[role=alert]");
    const place = document.querySelector("#fault");
    place.textContent = answer ? answer.textContent : `HTTP ${request.status}`;
    place.hidden = false;
    place.focus();
    shown.hidden = true;
    button.disabled = false;
  };
  request.onerror = () => {
    text.value = form.dataset.failed;
    button.disabled = false;
  };
  request.open("POST", form.action);
  request.send(new FormData(form));
});
