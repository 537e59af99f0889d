// What pages do by themselves. Everything works without it, but for what says so.
"use strict";

// The counter: shows at once when the camera opens or closes by itself.
const counter = document.querySelector("main[data-camera]");
if (counter) {
  const typing = () => [...document.querySelectorAll("input")].some((input) => input.value !== "");
  setInterval(async () => {
    try {
      const answer = await fetch("/state", { cache: "no-store" });
      const state = await answer.json();
      if (state.camera !== counter.dataset.camera && !typing()) location.replace("/");
    } catch {
      // The kiosk is being restarted: asked again in a second.
    }
  }, 1000);
}

// Where the names of pages stand in one row, the one that is open is in sight.
document.querySelector(".bar [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// Pages of one's own close by themselves where nobody touches them any more.
const closes = document.querySelector("form[action='/close']");
if (closes) {
  const idle = 3 * 60 * 1000;
  let timer;
  const anew = () => {
    clearTimeout(timer);
    timer = setTimeout(() => closes.submit(), idle);
  };
  for (const what of ["pointerdown", "keydown", "scroll"]) addEventListener(what, anew, { passive: true });
  anew();
}
