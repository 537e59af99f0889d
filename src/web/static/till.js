// The till in set-up: while the kiosk listens, what it hears is shown by itself. Without this, "look again" does.
"use strict";

const listening = document.querySelector("main[data-listening] #till");
if (listening) {
  const timer = setInterval(async () => {
    try {
      const answer = await fetch("/setup/till", { cache: "no-store" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.querySelector("#till");
      // The page was closed meanwhile, or it is over.
      if (!now || !page.querySelector("main[data-listening]")) {
        clearInterval(timer);
        location.replace("/setup/till");
        return;
      }
      if (now.innerHTML !== listening.innerHTML && !listening.contains(document.activeElement)) {
        listening.replaceChildren(...now.childNodes);
      }
    } catch {
      // The kiosk is being restarted: asked again in two seconds.
    }
  }, 2000);
}
