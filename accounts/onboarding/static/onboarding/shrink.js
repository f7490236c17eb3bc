// Makes pictures smaller before they are sent: a phone's photo of 8 MB takes minutes on a slow network.
(() => {
  const LONGEST_SIDE = 2048; // pixels
  const SMALL_ENOUGH = 600_000; // bytes of a JPEG that is sent as it is
  const form = document.querySelector("form[data-shrink]");
  if (!form || !window.createImageBitmap || !window.DataTransfer) return;
  const say = (text) => { form.querySelector("[data-progress]").textContent = text || ""; };
  const inputs = [...form.querySelectorAll("input[type=file]")];
  let busy = false;

  const shrunk = async (file) => {
    const picture = file.type.startsWith("image/") || /\.(heic|heif)$/i.test(file.name);
    if (!picture || (file.type === "image/jpeg" && file.size <= SMALL_ENOUGH)) return file;
    try {
      const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(bitmap.width * scale);
      canvas.height = Math.round(bitmap.height * scale);
      const context = canvas.getContext("2d");
      context.fillStyle = "white"; // a JPEG has no transparency
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      bitmap.close();
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
      if (!blob || blob.size >= file.size) return file;
      return new File([blob], file.name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg" });
    } catch {
      return file; // the server says what is wrong with it
    }
  };

  form.addEventListener("submit", async (event) => {
    if (event.submitter && event.submitter.name) return; // skipping sends no file
    if (busy) { event.preventDefault(); return; }
    if (!inputs.some((input) => input.files.length)) return;
    event.preventDefault();
    busy = true;
    say(form.dataset.smaller);
    for (const input of inputs) {
      if (!input.files.length) continue;
      const file = await shrunk(input.files[0]);
      if (file.size > Number(form.dataset.limit)) { say(form.dataset.large); busy = false; input.focus(); return; }
      const carrier = new DataTransfer();
      carrier.items.add(file);
      input.files = carrier.files;
    }
    say(form.dataset.sending);
    form.submit();
  });
  window.addEventListener("pageshow", () => { busy = false; say(""); }); // also when somebody goes back
})();
