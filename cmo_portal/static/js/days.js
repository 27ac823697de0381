// A slider above a date field that names its first and last day (data-from, data-to). It writes into the field and
// sends its form; the field itself does everything without this file.
"use strict";

const DAY = 86400000;
const dayNumber = (text) => Math.round(Date.parse(`${text}T00:00:00Z`) / DAY);
const dayText = (number) => new Date(number * DAY).toISOString().slice(0, 10);

for (const field of document.querySelectorAll("input[data-from][data-to]")) {
  const last = dayNumber(field.dataset.to);
  const first = dayNumber(field.dataset.from);
  if (!(first < last)) continue;
  const slider = document.createElement("input");
  slider.type = "range";
  slider.className = "day-slider";
  slider.min = first;
  slider.max = last;
  slider.value = field.value ? dayNumber(field.value) : last;
  slider.setAttribute("aria-label", field.labels[0] ? field.labels[0].textContent : "");
  slider.setAttribute("aria-valuetext", dayText(Number(slider.value)));
  slider.addEventListener("input", () => {
    field.value = dayText(Number(slider.value));
    slider.setAttribute("aria-valuetext", field.value);
  });
  // A pointer that lets go has chosen its day; keys go day by day, and Enter chooses.
  let byKey = false;
  slider.addEventListener("pointerdown", () => { byKey = false; });
  slider.addEventListener("keydown", (event) => {
    byKey = true;
    if (event.key === "Enter") field.form.requestSubmit();
  });
  slider.addEventListener("change", () => { if (!byKey) field.form.requestSubmit(); });
  field.parentElement.prepend(slider);
}
