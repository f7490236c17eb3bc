// Asks the server what it says of the name that is being typed, a moment after the last key.
(() => {
  const field = document.querySelector("input[name=display_name]");
  const judged = document.getElementById("judged");
  if (!field || !judged || !window.fetch) return;
  const PAUSE = 700; // milliseconds
  let timer, asked = 0, last = field.value;
  const ask = async () => {
    if (field.value === last) return;
    last = field.value;
    const mine = ++asked;
    const body = new FormData();
    body.append("csrfmiddlewaretoken", field.form.elements.csrfmiddlewaretoken.value);
    body.append("display_name", field.value);
    try {
      const answer = await fetch(judged.dataset.address, { method: "POST", body, credentials: "same-origin", redirect: "error" });
      if (mine === asked && answer.ok) judged.innerHTML = await answer.text();
    } catch { /* the page works without it */ }
  };
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE); });
})();
