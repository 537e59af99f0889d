// The fit check: says which step is next, counts down, and shows at the end what cannot be read.
"use strict";

import { say, trial } from "./trial.js";

const place = document.querySelector("[data-trial=fit]");
if (place) {
  const steps = [...place.querySelectorAll("[data-step]")];
  const count = place.querySelector("[data-count]");
  const spoken = place.querySelector("[data-said]");
  const again = place.querySelector("[data-sign=again]");
  const result = place.querySelector("[data-result]");
  const hold = place.querySelector("template[data-hold]").content.textContent;
  const opening = spoken.textContent;
  const tell = (words) => { if (spoken.textContent !== words) spoken.textContent = words; };

  const at = (name) => {
    const now = steps.findIndex((step) => step.dataset.step === name);
    steps.forEach((step, index) => {
      step.toggleAttribute("aria-current", index === now);
      if (index === now) step.setAttribute("aria-current", "step");
      step.querySelector(".done").hidden = !(now > index);
    });
    return steps[now]?.lastChild.textContent.trim() ?? "";
  };

  const finish = (off) => {
    for (const part of result.querySelectorAll("[data-all]")) part.hidden = off.length > 0;
    for (const part of result.querySelectorAll("[data-some]")) part.hidden = off.length === 0;
    for (const one of result.querySelectorAll("[data-signal]")) {
      const is = off.includes(one.dataset.signal);
      one.hidden = !is;
      one.querySelector("input").disabled = !is;
    }
    result.hidden = false;
  };

  const shows = ({ fit }) => {
    result.hidden = true;
    if (fit.off) {
      for (const step of steps) step.querySelector(".done").hidden = false;
      finish(fit.off);
      return null;
    }
    const words = at(fit.step);
    say(again, fit.again ?? "");
    again.hidden = !fit.again;
    count.textContent = fit.step === null ? "" : fit.count ?? "\u25cf";
    tell(fit.step === null ? opening : fit.count === null ? hold : words);
    return true;
  };

  trial(place, shows, () => {
    for (const step of steps) step.removeAttribute("aria-current");
    if (!result.hidden) setTimeout(() => result.focus());
  });
}
