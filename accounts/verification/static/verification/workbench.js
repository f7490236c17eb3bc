/* The workbench's script. It only adds: every link and form works without it.
   What the elements mean:
     data-key="a"            what a single key opens or presses
     data-undo-until="…"     a decision that can be taken back until then: counted down
     .case-row, .case-link   the queue: `j` and `k` go from link to link
     #live                   whose case this is, asked for again and again */
"use strict";

(() => {
  const ASK_EVERY = 15_000;
  const RENEW_AT_MOST_EVERY = 60_000;
  const OFF = "workbench.keys"; // what a browser remembers where single keys are switched off (WCAG 2.1.4)

  const byId = (id) => document.getElementById(id);
  const words = byId("workbench-words")?.dataset ?? {};

  // --- the clock: the server's, whatever the clock of this machine says

  const live = byId("live");
  let ahead = 0; // milliseconds that the server is ahead of us
  const setClock = (now) => { ahead = Date.parse(now) - Date.now(); };
  const left = (until) => Date.parse(until) - Date.now() - ahead;
  const clock = (milliseconds) => {
    const seconds = Math.ceil(milliseconds / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  };
  const writeIfNew = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };

  function countDown() {
    for (const element of document.querySelectorAll("[data-undo-until]")) {
      const rest = left(element.dataset.undoUntil);
      writeIfNew(element, rest > 0 ? words.undoLeft.replace("{time}", clock(rest)) : words.undoOver);
      if (rest <= 0) {
        element.removeAttribute("data-undo-until");
        element.closest(".undo-strip")?.querySelector("button")?.remove();
        askSoon();
      }
    }
    if (!live) return;
    const rest = live.dataset.until ? left(live.dataset.until) : 0;
    writeIfNew(byId("live-left"), rest > 0 ? words.leaseLeft.replace("{minutes}", Math.ceil(rest / 60_000)) : "");
    if (live.dataset.until && rest <= 0 && !document.hidden) askSoon();
  }

  // --- whose case this is

  let asked = 0;
  function askSoon() { if (live && Date.now() - asked > 2_000) ask(); }

  async function ask(renew = false) {
    if (!live || live.dataset.over) return;
    asked = Date.now();
    try {
      const answer = await fetch(renew ? live.dataset.renew : live.dataset.live, {
        method: renew ? "POST" : "GET",
        headers: renew ? { "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value } : {},
        credentials: "same-origin",
        redirect: "error", // to the sign-in
      });
      if (!answer.ok) throw new Error(answer.status);
      show(await answer.json());
    } catch {
      say(words.signedOut);
    }
  }

  function show(facts) {
    setClock(facts.now);
    say(facts.said);
    const freed = "until" in live.dataset && !facts.until; // to be claimed, once the page is read again
    if (facts.until) live.dataset.until = facts.until;
    else delete live.dataset.until;
    const moved = String(facts.revision) !== live.dataset.revision;
    if (moved || freed || (facts.mine ? "yes" : "no") !== live.dataset.mine) {
      const note = byId("live-moved");
      note.querySelector("span").textContent = words.moved;
      note.hidden = false;
      if (moved) live.dataset.over = "yes"; // nothing more to learn from asking
      heard(`${facts.said} ${words.moved}`);
    }
    countDown();
  }

  function say(text) {
    const said = byId("live-said");
    if (said.textContent === text) return;
    said.textContent = text;
    heard(text);
  }

  function heard(text) { writeIfNew(byId("live-heard"), text); }

  // --- single keys

  const dialog = byId("keys");
  const isOn = () => { try { return localStorage.getItem(OFF) !== "off"; } catch { return true; } };
  const isField = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
  const isSeen = (element) => element.getClientRects().length > 0;

  function press(key) {
    const element = [...document.querySelectorAll(`[data-key="${key}"]`)].find(isSeen);
    if (!element) return false;
    if (element.tagName !== "SUMMARY") {
      element.click();
      return true;
    }
    const form = element.parentElement;
    form.open = true;
    const first = form.querySelector("select, textarea, input:not([type=hidden]):not([type=checkbox])");
    const send = form.querySelector("button[type=submit]");
    (form.classList.contains("offer-approve") ? send : first ?? send)?.focus();
    form.scrollIntoView({ block: "nearest" });
    return true;
  }

  function go(step) {
    const links = [...document.querySelectorAll(".case-row .case-link")];
    if (!links.length) return false;
    const here = links.findIndex((link) => link.closest(".case-row").contains(document.activeElement));
    const next = here < 0 ? (step > 0 ? 0 : links.length - 1) : here + step;
    links[Math.min(Math.max(next, 0), links.length - 1)].focus();
    return true;
  }

  function takeNext() {
    const button = byId("take-next");
    if (!button || button.disabled) return false;
    button.click();
    return true;
  }

  function act(key) {
    if (key === "?" && dialog) {
      dialog.showModal();
      return true;
    }
    if (key === "j") return go(1);
    if (key === "k") return go(-1);
    if (key === "t") return takeNext();
    return /^[a-z]$/.test(key) && press(key);
  }

  function close(target) {
    const form = target.closest?.("details.offer[open]") ?? document.querySelector("details.offer[open]");
    if (!form) return;
    form.open = false;
    form.querySelector("summary").focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || (event.repeat && !"jk".includes(event.key))) return;
    if (event.ctrlKey || event.altKey || event.metaKey || dialog?.open) return;
    if (event.key === "Escape") {
      close(event.target);
      return;
    }
    if (isField(event.target) || !isOn()) return;
    if (act(event.key)) event.preventDefault();
  });

  function drawKeys() { document.body.classList.toggle("keys-off", !isOn()); }

  if (dialog) {
    const box = byId("keys-on");
    box.checked = isOn();
    box.addEventListener("change", () => {
      try {
        if (box.checked) localStorage.removeItem(OFF);
        else localStorage.setItem(OFF, "off");
      } catch { /* a browser that remembers nothing keeps them on */ }
      drawKeys();
    });
    byId("keys-open").hidden = false;
    byId("keys-open").addEventListener("click", () => dialog.showModal());
    byId("keys-close").addEventListener("click", () => dialog.close());
  }
  drawKeys();

  // --- a reason whose sentence has gaps: a field for each, at once (without a script, the first attempt asks)

  function gap(select, name) {
    const field = document.createElement("div");
    field.className = "field gap";
    const label = document.createElement("label");
    const input = document.createElement("input");
    input.name = `fill_${name}`;
    input.id = label.htmlFor = `${select.id}-${name}`;
    input.required = true;
    label.textContent = name.replaceAll("_", " ");
    field.append(label, input);
    return field;
  }

  document.addEventListener("change", (event) => {
    const select = event.target;
    if (select.name !== "reason" || select.tagName !== "SELECT") return;
    const wanted = (select.selectedOptions[0]?.dataset.placeholders ?? "").split(" ").filter(Boolean);
    for (const old of select.form.querySelectorAll("[name^=fill_]")) {
      if (!wanted.includes(old.name.slice(5))) old.closest(".field").remove();
    }
    let after = select.closest(".field");
    for (const name of wanted) {
      const known = select.form.elements.namedItem(`fill_${name}`);
      const field = known ? known.closest(".field") : gap(select, name);
      after.after(field);
      after = field;
    }
  });

  // --- what was opened by a refusal, or asked for by the address, is seen at once

  document.querySelector("details.offer[open]")?.scrollIntoView({ block: "nearest" });

  if (words.now) setClock(words.now);
  if (live) {
    setClock(live.dataset.now);
    setInterval(() => { if (!document.hidden) ask(); }, ASK_EVERY);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) askSoon(); });
    let renewed = Date.now();
    document.querySelector(".decide").addEventListener("input", () => {
      if (live.dataset.mine !== "yes" || !live.dataset.renew || Date.now() - renewed < RENEW_AT_MOST_EVERY) return;
      renewed = Date.now();
      ask(true);
    });
  }
  countDown();
  setInterval(countDown, 1_000);
})();
