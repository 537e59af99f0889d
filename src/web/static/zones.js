// Zones drawn by touch, mouse or keys. The numbers in the tables are what is saved; the drawing shows and changes them.
"use strict";

const form = document.getElementById("zones");
const scene = document.getElementById("scene");
const WIDTH = 1000;
const SVG = "http://www.w3.org/2000/svg";
const zones = [...form.querySelectorAll("fieldset.zone")];
const before = [];
let active = zones[0];

const height = () => Number(scene.dataset.height);
const body = (zone) => zone.querySelector("tbody");
const rows = (zone) => [...body(zone).rows];
const fields = (row) => [...row.querySelectorAll("input")];
const number = (field) => (field.value.trim() === "" ? NaN : Number(field.value));
const corners = (zone) =>
  rows(zone).map((row) => fields(row).map(number)).filter((corner) => corner.every(Number.isFinite));
const percent = (value) => String(Math.round(Math.min(100, Math.max(0, value)) * 10) / 10);

// What stood in every table, to go back to.
const all = () => zones.map((zone) => rows(zone).map((row) => fields(row).map((field) => field.value)));
const remember = () => {
  before.push(all());
  if (before.length > 100) before.shift();
  document.getElementById("undo").disabled = false;
};

// A zone's table with these corners, as typed.
const fill = (zone, values) => {
  const some = rows(zone)[0] ?? zone.spare;
  zone.spare = some.cloneNode(true);
  body(zone).replaceChildren(
    ...values.map((corner, index) => {
      const row = some.cloneNode(true);
      row.cells[0].textContent = index + 1;
      fields(row).forEach((field, axis) => {
        field.value = corner[axis];
        field.removeAttribute("aria-invalid");
        field.setAttribute("aria-label", field.getAttribute("aria-label").replace(/ \d+:/, ` ${index + 1}:`));
      });
      const remove = row.querySelector("button");
      remove.value = remove.value.replace(/\d+$/, index);
      remove.setAttribute("aria-label", remove.getAttribute("aria-label").replace(/\d+$/, index + 1));
      return row;
    }),
  );
};

const draw = () => {
  for (const zone of zones) {
    zone.hidden = zone !== active && !zone.querySelector("[id^=fault]");
    const points = corners(zone).map(([x, y]) => `${(x * WIDTH) / 100},${(y * height()) / 100}`);
    const shape = scene.querySelector(`.shapes .shape-${zone.dataset.zone}`);
    shape.setAttribute("points", points.join(" "));
    shape.classList.toggle("active", zone === active);
    const label = scene.querySelector(`.labels .label-${zone.dataset.zone}`);
    const list = corners(zone);
    const middle = (axis) => list.reduce((sum, corner) => sum + corner[axis], 0) / (list.length || 1) / 100;
    label.setAttribute("x", middle(0) * WIDTH);
    label.setAttribute("y", middle(1) * height());
    label.toggleAttribute("hidden", list.length < 3);
  }
  const focused = document.activeElement?.dataset?.corner;
  const handles = scene.querySelector(".handles");
  handles.replaceChildren(
    ...corners(active).map(([x, y], index) => {
      const handle = document.createElementNS(SVG, "g");
      handle.setAttribute("class", `handle shape-${active.dataset.zone}`);
      handle.setAttribute("tabindex", "0");
      handle.setAttribute("role", "button");
      handle.dataset.corner = index;
      handle.setAttribute("transform", `translate(${(x * WIDTH) / 100} ${(y * height()) / 100})`);
      const label = active.dataset.handle.replace("#n", index + 1).replace("#x", x).replace("#y", y);
      handle.setAttribute("aria-label", label);
      for (const [kind, r] of [["reach", 34], ["dot", 13]]) {
        const circle = document.createElementNS(SVG, "circle");
        circle.setAttribute("class", kind);
        circle.setAttribute("r", r);
        handle.append(circle);
      }
      return handle;
    }),
  );
  if (focused !== undefined) handles.children[focused]?.focus({ preventScroll: true });
};

// The row of the table that a handle is of: blank rows have none.
const rowOf = (zone, corner) =>
  rows(zone).filter((row) => fields(row).every((field) => Number.isFinite(number(field))))[corner];
const move = (corner, x, y) => {
  const [across, down] = fields(rowOf(active, corner));
  across.value = percent(x);
  down.value = percent(y);
  draw();
};
const change = (make) => {
  remember();
  fill(active, make(corners(active).map((corner) => corner.map(percent))));
  draw();
};
const remove = (corner) => change((list) => list.filter((_, index) => index !== corner));

// Where to put a corner in: into the side that is nearest, so that sides do not cross.
const nearestSide = (list, [x, y]) => {
  let best = [Infinity, list.length];
  list.forEach(([x0, y0], index) => {
    const [x1, y1] = list[(index + 1) % list.length];
    const [dx, dy] = [x1 - x0, y1 - y0];
    const along = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1)));
    const far = Math.hypot(x - x0 - along * dx, y - y0 - along * dy);
    if (far < best[0]) best = [far, index + 1];
  });
  return list.length < 3 ? list.length : best[1];
};
const add = (x, y) =>
  change((list) => {
    const at = nearestSide(list.map((corner) => corner.map(Number)), [x, y]);
    return [...list.slice(0, at), [percent(x), percent(y)], ...list.slice(at)];
  });

const place = (event) => {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(scene.getScreenCTM().inverse());
  return [(at.x / WIDTH) * 100, (at.y / height()) * 100];
};

let held = null;
scene.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest(".handle");
  if (!handle) return add(...place(event));
  remember();
  held = Number(handle.dataset.corner);
  handle.focus({ preventScroll: true });
  scene.setPointerCapture(event.pointerId);
  event.preventDefault();
});
scene.addEventListener("pointermove", (event) => held !== null && move(held, ...place(event)));
for (const over of ["pointerup", "pointercancel"]) scene.addEventListener(over, () => (held = null));

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
scene.addEventListener("keydown", (event) => {
  const handle = event.target.closest(".handle");
  if (!handle) return;
  const corner = Number(handle.dataset.corner);
  const step = ARROWS[event.key];
  if (step) {
    const [x, y] = corners(active)[corner];
    const far = event.shiftKey ? 5 : 0.5;
    if (!event.repeat) remember();
    move(corner, x + step[0] * far, y + step[1] * far);
  } else if (event.key === "Delete" || event.key === "Backspace") {
    remove(corner);
  } else if (event.key === "Enter" || event.key === "+" || event.key === "Insert") {
    const list = corners(active);
    const [[x0, y0], [x1, y1]] = [list[corner], list[(corner + 1) % list.length]];
    add((x0 + x1) / 2, (y0 + y1) / 2);
  } else return;
  event.preventDefault();
});

form.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=do]");
  if (!button || button.value === "save") return;
  event.preventDefault();
  const [what, key, index] = button.value.split(".");
  const zone = zones.find((zone) => zone.dataset.zone === key);
  remember();
  const values = rows(zone).map((row) => fields(row).map((field) => field.value));
  if (what === "add") values.push(["", ""]);
  else values.splice(Number(index), 1);
  fill(zone, values);
  draw();
  if (what === "add") fields(rows(zone).at(-1))[0].focus();
});
form.addEventListener("focusin", (event) => event.target.matches("input") && (form.typed = all()));
form.addEventListener("change", () => {
  if (form.typed) before.push(form.typed);
  form.typed = all();
  document.getElementById("undo").disabled = before.length === 0;
  draw();
});

document.getElementById("undo").addEventListener("click", () => {
  const last = before.pop();
  if (last) zones.forEach((zone, index) => fill(zone, last[index]));
  document.getElementById("undo").disabled = before.length === 0;
  draw();
});
document.getElementById("choose").addEventListener("change", (event) => {
  active = zones.find((zone) => zone.dataset.zone === event.target.value);
  draw();
});

// Lines of the empty scene, sought without losing what is drawn.
const look = document.getElementById("look");
const end = document.getElementById("end");
const say = (text) => (document.getElementById("looking").textContent = text);
const showLines = ({ height: tall, lines }) => {
  scene.dataset.height = tall;
  scene.setAttribute("viewBox", `-30 -30 ${WIDTH + 60} ${tall + 60}`);
  scene.querySelector(".frame").setAttribute("height", tall);
  scene.querySelector(".lines").replaceChildren(
    ...lines.map(([x1, y1, x2, y2]) => {
      const line = document.createElementNS(SVG, "line");
      Object.entries({ x1, y1, x2, y2 }).forEach(([name, value]) => line.setAttribute(name, value));
      return line;
    }),
  );
  draw();
};
const follow = async () => {
  let now = { state: "ended" };
  try {
    const answer = await fetch("/setup/outline/now", { cache: "no-store" });
    if (answer.ok) now = await answer.json();
  } catch {
    // The kiosk is being restarted: the camera is closed.
  }
  look.hidden = now.state === "looking";
  end.hidden = now.state !== "looking";
  if (now.state === "looking") {
    say(now.said);
    setTimeout(follow, 500);
  } else {
    if (now.state === "found") showLines(now);
    say(document.getElementById(now.state === "found" ? "found-text" : "ended-text").textContent);
  }
};
const send = async (event) => {
  event.preventDefault();
  const answer = await fetch(event.target.action, { method: "POST" }).catch(() => null);
  if (answer?.ok) follow();
  else event.target.submit();
};
look.addEventListener("submit", send);
end.addEventListener("submit", send);
if (!end.hidden) follow();

for (const id of ["choose", "how", "tools"]) document.getElementById(id).hidden = false;
const faulty = zones.find((zone) => zone.querySelector("[id^=fault]"));
if (faulty) document.querySelector(`#choose input[value=${faulty.dataset.zone}]`).click();
draw();
