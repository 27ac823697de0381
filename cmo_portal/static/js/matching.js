// Keys of the matching page. Each key stands for the link, button or field that names it in data-key:
// links and buttons are pressed, choices chosen or switched, fields entered. Every page works without this file.
"use strict";

const typing = (target) =>
  target.isContentEditable ||
  ["SELECT", "TEXTAREA"].includes(target.tagName) ||
  (target.tagName === "INPUT" && !["radio", "checkbox"].includes(target.type));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.key === "Escape" && typing(event.target)) event.target.blur();
  if (typing(event.target)) return;
  const onControl = event.target.closest("a, button, summary");
  if (event.key === "Enter" && onControl) return; // Enter presses what has the focus
  const found = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!found) return;
  event.preventDefault();
  if (found.type === "radio") {
    found.checked = true;
    found.focus();
  } else if (found.tagName === "INPUT" && found.type !== "checkbox") {
    found.focus();
  } else {
    found.click();
  }
});
