// A code is sent once only: a second tap would find it used.
"use strict";
const form = document.querySelector("input.code")?.form;
form?.addEventListener("submit", (event) => {
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => delete form?.dataset.sent);
