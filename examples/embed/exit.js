// Leaves at once, by the link or by Shift pressed three times, and does not come back by the browser's "back".
"use strict";
const link = document.getElementById("exit");
let presses = 0;
const leave = (event) => {
  event.preventDefault();
  document.documentElement.hidden = true;
  location.replace(link.href);
};
link.addEventListener("click", leave);
addEventListener("keydown", (event) => {
  if (event.repeat) return;
  presses = event.key === "Shift" ? presses + 1 : 0;
  if (presses === 3) leave(event);
});
document.getElementById("exit-by-key").hidden = false;
