// The progress of a large file, sent and judged; without this script the form works all the same.
"use strict";
const form = document.querySelector("form[data-progress]");
const POLLED_MS = 1000;
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const shown = form.querySelector("[data-shown]"), bar = form.querySelector("progress"), text = form.querySelector("output");
  const button = form.querySelector("button"), request = new XMLHttpRequest(), said = form.dataset;
  let judging = 0;
  const poll = async () => {
    const answer = await fetch(`${said.previews}${form.elements.preview.value}/progress`).catch(() => null);
    const {done, rows} = answer?.ok ? await answer.json() : {done: 0, rows: 0};
    if (rows > 0 && judging) {
      bar.max = rows;
      bar.value = done;
      text.value = said.judged.replace("{done}", done.toLocaleString()).replace("{rows}", rows.toLocaleString());
    }
  };
  const end = (words) => {
    clearInterval(judging);
    judging = 0;
    text.value = words;
    button.disabled = false;
  };
  shown.hidden = false;
  button.disabled = true;
  request.upload.onprogress = (sent) => {
    bar.max = sent.total;
    bar.value = sent.loaded;
    text.value = `${said.sending} ${Math.floor((100 * sent.loaded) / sent.total)} %`;
  };
  request.upload.onload = () => {
    bar.removeAttribute("value");
    text.value = said.working;
    judging = setInterval(poll, POLLED_MS);
  };
  request.onload = () => {
    if (request.status === 200 && new URL(request.responseURL).pathname !== new URL(form.action).pathname) {
      location.assign(request.responseURL);
      return;
    }
    const answer = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("[role=alert] ul, [role=alert]");
    const place = document.querySelector("#fault");
    place.textContent = answer ? answer.textContent : `HTTP ${request.status}`;
    place.hidden = false;
    place.focus();
    shown.hidden = true;
    end("");
  };
  request.onerror = () => end(said.failed);
  request.open("POST", form.action);
  request.send(new FormData(form));
});
