// Shows the code behind the # of the link, to read and to copy. It is sent nowhere; without this script the page says where it is.
"use strict";

function shown() {
  let text = location.hash.slice(1);
  try {
    text = decodeURIComponent(text);
  } catch {
    // A percent sign that stands for itself.
  }
  const symbols = text.toUpperCase().replace(/[^0-9A-Z]/g, "");
  return /^[0-9A-HJKMNP-TV-Z]{16}$/.test(symbols) ? symbols.match(/.{4}/g).join("-") : null;
}

function show() {
  const code = shown();
  for (const box of document.querySelectorAll(".code")) {
    box.hidden = code === null;
    box.querySelector(".value").textContent = code ?? "";
  }
}

for (const button of document.querySelectorAll(".code button")) {
  const label = button.textContent;
  if (!navigator.clipboard) {
    button.hidden = true;
  }
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(shown() ?? "");
      button.textContent = button.dataset.done;
      setTimeout(() => (button.textContent = label), 3000);
    } catch {
      button.hidden = true;
    }
  });
}

addEventListener("hashchange", show);
show();
