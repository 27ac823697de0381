// Keyboard comfort on staff screens: `?` shows the list of shortcuts, `/` goes to the first filter.
// Every page works without this file.
"use strict";

const isTyping = (target) =>
  target.isContentEditable || ["INPUT", "SELECT", "TEXTAREA"].includes(target.tagName);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "?") {
    const keys = document.getElementById("keys");
    if (!keys) return;
    keys.open = !keys.open;
    keys.querySelector("summary").focus();
    event.preventDefault();
  } else if (event.key === "/") {
    const field = document.querySelector(".filters input:not([type=hidden]), .filters select");
    if (!field) return;
    field.focus();
    event.preventDefault();
  }
});
