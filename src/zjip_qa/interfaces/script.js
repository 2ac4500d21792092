// What the page does without the server: scrolling, copying, keys. See chat_tab.py for events.
window.zjipQA = (() => {
  const narrow = () => window.matchMedia("(max-width: 860px)").matches;
  const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const scroll = () => (calm() ? "auto" : "smooth");
  let cameFrom = null;

  // A new answer: bring its question to the top of the conversation.
  function answered(conversation) {
    const last = conversation.querySelector(".turn:last-child");
    if (!last) return;
    const box = conversation.closest("#conversation") || conversation;
    if (narrow()) last.scrollIntoView({ behavior: scroll(), block: "nearest" });
    else {
      const top = last.getBoundingClientRect().top - box.getBoundingClientRect().top;
      box.scrollTo({ top: box.scrollTop + top - 8, behavior: scroll() });
    }
  }

  // A source was opened: bring the cited words into its middle, and, when the reader asked for
  // it, the reader to the source.
  function opened(pane) {
    const source = pane.querySelector(".source");
    const hit = pane.querySelector("#hit");
    if (!source || !hit) return;
    const text = source.querySelector(".source-text");
    const offset = hit.getBoundingClientRect().top - text.getBoundingClientRect().top;
    text.scrollTop += offset - text.clientHeight / 3;
    if (source.dataset.follow === "0") return;
    if (narrow()) source.scrollIntoView({ behavior: scroll(), block: "start" });
    source.querySelector("h3").focus({ preventScroll: true });
  }

  function copy(button) {
    const answer = button.closest(".answer");
    const quotes = [...answer.querySelectorAll(".sources li")].map((item) => item.innerText.trim());
    const text = [answer.querySelector(".text").innerText.trim(), ...quotes].join("\n\n");
    const name = button.textContent;
    navigator.clipboard?.writeText(text).then(() => {
      button.textContent = button.dataset.done;
      setTimeout(() => (button.textContent = name), 1500);
    });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (!button) return;
    if (button.dataset.act) cameFrom = button;
    if ("copy" in button.dataset) copy(button);
    if ("back" in button.dataset && cameFrom?.isConnected) {
      cameFrom.scrollIntoView({ behavior: scroll(), block: "center" });
      cameFrom.focus({ preventScroll: true });
    }
  });

  // Enter that picks a candidate of a Chinese input method must not send the question.
  for (const kind of ["keydown", "keypress"])
    document.addEventListener(
      kind,
      (event) => {
        if (event.key === "Enter" && (event.isComposing || event.keyCode === 229))
          event.stopImmediatePropagation();
      },
      true,
    );

  return { answered, opened };
})();
