// While a bulk suspension runs, its progress is read again every two seconds. Without this, a link does the same.
"use strict";
{
    const every = 2000; // milliseconds
    const refresh = async () => {
        const shown = document.getElementById("progress");
        if (!shown || !("running" in shown.dataset)) {
            return;
        }
        try {
            const answer = await fetch(window.location.href, {credentials: "same-origin"});
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            const now = page.getElementById("progress");
            if (!answer.ok || !now) {
                return; // signed out, or away: what stands there stays
            }
            if (!("running" in now.dataset)) {
                window.location.reload(); // its end stands elsewhere on the page too
                return;
            }
            for (const part of ["label", "progress", "[role=status]"]) {
                shown.querySelector(part).replaceWith(now.querySelector(part));
            }
        } catch {
            // The network is away for a moment.
        }
        setTimeout(refresh, every);
    };
    setTimeout(refresh, every);
}
