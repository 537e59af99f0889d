// The practice mirror: a face drawn from the numbers of the latest frame. They are shown and forgotten.
"use strict";

import { say, trial } from "./trial.js";

const place = document.querySelector("[data-trial=practice]");
const face = place.querySelector(".face");
const part = (name) => face.querySelector(`.${name}`);
const sign = (name) => place.querySelector(`[data-sign=${name}]`);
const nods = place.querySelector("[data-nods]");
const spoken = place.querySelector("[data-said]");

// Degrees to how far something moves in the drawing. As in a mirror: what is on one's left is on the left.
const across = (deg, far) => -Math.sin(deg * Math.PI / 180) * far;
const up = (deg, far) => -Math.sin(deg * Math.PI / 180) * far;
const within = (value, most) => Math.max(-most, Math.min(most, value));
const answer = (known) => (known === null ? "unknown" : known ? "yes" : "no");

function draw(seen) {
  const head = seen.head_deg;
  const [yaw, pitch, roll] = head;
  const [x, y] = [across(yaw, 46), up(pitch, 46)];
  part("head").style.transform = `rotate(${-roll}deg)`;
  part("features").style.transform = `translate(${x}px, ${y}px) scaleX(${Math.cos(yaw * Math.PI / 180)})`;
  const open = seen.eyes_open;
  for (const eye of face.querySelectorAll(".eye")) eye.setAttribute("ry", open === null ? 6 : 1.5 + 8.5 * open);
  face.classList.toggle("eyes-unknown", open === null);
  face.classList.toggle("eyes-shut", open !== null && open < 0.25);
  const smile = seen.smile;
  face.classList.toggle("mouth-unknown", smile === null);
  const curve = smile ?? 0;
  const [wide, corner, low] = [32 + 8 * curve, 58 - 7 * curve, 60 + 30 * curve];
  part("mouth").setAttribute("d", `M${-wide} ${corner}Q0 ${low} ${wide} ${corner}`);
  const gaze = seen.gaze_deg;
  face.classList.toggle("gaze-unknown", gaze === null);
  if (gaze === null) return;
  const moved = [within(across(gaze[0] - yaw, 16), 8), within(up(gaze[1] - pitch, 12), 4)];
  part("pupils").style.transform = `translate(${moved[0]}px, ${moved[1]}px)`;
  // The arrow as one sees it from the front; one that points at the lens is a dot.
  const [away, high] = [across(gaze[0], 60), up(gaze[1], 60)];
  const length = Math.hypot(away, high);
  face.classList.toggle("at-lens-now", length < 12);
  const shown = within(length, 32) / Math.max(length, 1);
  part("arrow").setAttribute("x2", away * shown);
  part("arrow").setAttribute("y2", high * shown);
}

// What a screen reader says: what has stayed the same for a while, and not too often.
const spokenNow = { words: "", since: 0, at: 0 };
function speak() {
  const told = (sign) => {
    const name = sign.querySelector("dt")?.textContent;
    const word = sign.querySelector("[data-is]:not([hidden]), [data-nods]").textContent;
    return name ? `${name}: ${word}` : word;
  };
  const words = [...place.querySelectorAll("[data-sign], dl > :last-child")].map(told).join("; ");
  const now = performance.now();
  if (words !== spokenNow.words) Object.assign(spokenNow, { words, since: now });
  else if (words !== spoken.textContent && now - spokenNow.since > 1500 && now - spokenNow.at > 4000) {
    spoken.textContent = words;
    spokenNow.at = now;
  }
}

function shows({ seen, nods: counted }) {
  let is = "opening";
  if (seen) is = seen.not_alone ? "not-alone" : seen.face && !seen.turned_away ? "seen" : seen.turned_away ? "turned" : "none";
  face.dataset.face = is;
  say(sign("face"), is);
  say(sign("smile"), answer(seen?.face?.smiling ?? null));
  say(sign("look"), answer(seen?.on_target ?? null));
  say(sign("phone"), answer(seen?.phone_in_hand ?? null));
  nods.textContent = counted;
  if (seen?.face) draw(seen.face);
  speak();
  return true;
}

function closes() {
  face.dataset.face = "none";
  say(sign("face"), "closed");
  for (const name of ["smile", "look", "phone"]) say(sign(name), "unknown");
  spoken.textContent = "";
}

trial(place, shows, closes);
