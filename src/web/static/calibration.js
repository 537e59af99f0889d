// Looking at places: shows what to look at and counts down. Without it the page reloads itself each second.
"use strict";

const walk = document.getElementById("walk");
if (walk) {
  const put = (id, text) => {
    const place = document.getElementById(id);
    if (place.textContent !== text) place.textContent = text;
  };
  const ask = async () => {
    try {
      const answer = await fetch("/setup/calibration/now", { cache: "no-store" });
      const now = await answer.json();
      if (now.state !== "looking") return location.replace("/setup/calibration");
      put("look", now.look);
      put("count", now.count);
      put("hint", now.hint);
      put("progress", now.progress);
      document.getElementById("hint").hidden = now.hint === "";
    } catch {
      // Pages were closed, or the kiosk is being restarted: the page says which.
      return location.replace("/setup/calibration");
    }
    setTimeout(ask, 250);
  };
  ask();
}
