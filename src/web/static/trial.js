// The camera outside of a shift, for the pages that show it: begins by a tap, asks how it is, shows the clock, ends.
"use strict";

// Eight times a second; whoever wants less motion gets it twice a second.
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const pause = () => new Promise((done) => setTimeout(done, calm.matches ? 500 : 125));

// What a sign says: one of its words is shown, the others are hidden.
export function say(sign, is) {
  if (!sign || sign.dataset.now === is) return;
  sign.dataset.now = is;
  for (const word of sign.querySelectorAll("[data-is]")) word.hidden = word.dataset.is !== is;
}

// `shows` gets what the kiosk tells, and says whether it wants more; `closes` is called when the camera was closed.
export function trial(place, shows, closes) {
  const what = place.dataset.trial;
  const clock = place.querySelector("[data-clock]");
  const refused = place.querySelector("[data-refused]");
  const when = (now) => {
    for (const part of place.querySelectorAll("[data-when]")) {
      const over = part.dataset.when === "over";
      part.hidden = over ? now !== "over" : (part.dataset.when === "on") !== (now === "on");
    }
  };
  let on = false;

  const ask = (path, form) => fetch(path, form === undefined
    ? { cache: "no-store" }
    : { method: "POST", body: new URLSearchParams(form), cache: "no-store" });

  const over = (said) => {
    if (!on) return;
    on = false;
    when(said ? "over" : "off");
    closes();
    place.querySelector("[data-begin]").focus();
  };

  const told = async (answer) => {
    if (answer.status === 401) { location.reload(); return false; }
    if (answer.status !== 200) return false;
    const now = await answer.json();
    const seconds = Math.ceil(now.left_ms / 1000);
    clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    return shows(now);
  };

  const begin = async () => {
    refused.hidden = true;
    const answer = await ask("/trial/begin", { what }).catch(() => null);
    if (answer?.status === 401) { location.reload(); return; }
    if (!answer?.ok) {
      const why = await answer?.json().catch(() => null);
      refused.textContent = why?.refused ?? "";
      refused.hidden = !why;
      return;
    }
    on = true;
    when("on");
    place.querySelector("[data-end]").focus();
    let more = await told(answer);
    while (on && more) {
      await pause();
      if (!on) return;
      // The page closes by itself where nobody touches it; who practises is here.
      dispatchEvent(new Event("pointerdown"));
      more = await ask("/trial/now").then(told).catch(() => false);
    }
    over(more !== null);
  };

  const end = () => {
    over(true);
    ask("/trial/stop", {}).catch(() => {});
  };

  for (const button of place.querySelectorAll("[data-begin]")) button.addEventListener("click", begin);
  for (const button of place.querySelectorAll("[data-end]")) button.addEventListener("click", end);
  // Whoever leaves the page leaves no camera open.
  addEventListener("pagehide", () => { if (on) navigator.sendBeacon("/trial/stop"); });
}
