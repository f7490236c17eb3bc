// Only adds: says when the page has become old, that there is a newer one, and what day a bar is.
"use strict";

(() => {
  const { drawn, interval, lateAfter, status } = document.body.dataset;
  const drawnAt = Date.parse(drawn);
  const opened = { wall: Date.now(), ticks: performance.now() };

  // Milliseconds; a reader's clock may be wrong, a server's is asked where it answers.
  const here = () => opened.wall + performance.now() - opened.ticks;

  const turn = (isLate) => {
    for (const one of document.querySelectorAll("[data-when]")) {
      one.hidden = (one.dataset.when === "late") !== isLate;
    }
  };

  const look = async () => {
    let now = here();
    let newest = drawnAt;
    try {
      const answer = await fetch(status, { cache: "no-store" });
      if (answer.ok) {
        now = Date.parse(answer.headers.get("Date")) || now;
        newest = Date.parse((await answer.json()).page.updated_at) || newest;
      }
    } catch {
      // Nobody answers: then this page is as old as it is.
    }
    turn(now - drawnAt > lateAfter * 1000);
    document.getElementById("newer").hidden = newest <= drawnAt;
  };

  // A link would be answered from the browser's own copy for half a minute.
  for (const link of document.querySelectorAll('a[href=""]')) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      location.reload();
    });
  }
  look();
  setInterval(look, Math.max(interval, 10) * 1000);

  for (const bars of document.querySelectorAll(".bars")) {
    const rows = [...bars.parentNode.querySelectorAll("tbody tr")].reverse();
    const heads = [...bars.parentNode.querySelectorAll("thead th")].map((head) => head.textContent);
    const scale = bars.nextElementSibling;
    const day = document.createElement("output");
    day.hidden = true;
    scale.append(day);
    const usual = [...scale.children].filter((one) => one !== day);
    const show = (row) => {
      day.hidden = !row;
      for (const one of usual) one.hidden = Boolean(row);
      if (!row) return;
      const [date, ...numbers] = [...row.cells].map((cell) => cell.textContent.trim());
      const said = numbers.map((number, index) => [heads[index + 1], number]).filter(([, number]) => number !== "–");
      day.textContent = `${date}: ${said.map(([head, number]) => `${head} ${number}`).join(" · ")}`;
    };
    bars.addEventListener("pointermove", (event) => {
      const box = bars.getBoundingClientRect();
      const index = Math.floor(((event.clientX - box.left) / box.width) * rows.length);
      show(rows[Math.min(Math.max(index, 0), rows.length - 1)]);
    });
    bars.addEventListener("pointerleave", () => show(null));
  }
})();
