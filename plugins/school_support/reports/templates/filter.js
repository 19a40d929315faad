"use strict";
// Without this script the whole list is shown; with it, the form above the list narrows it.
(() => {
  const form = document.getElementById("filter");
  const text = document.getElementById("filter-text");
  const tier = document.getElementById("filter-tier");
  const phase = document.getElementById("filter-phase");
  const status = document.getElementById("filter-status");
  const openAll = document.getElementById("open-all");
  const sections = [...document.querySelectorAll("section.tier")];
  const total = document.querySelectorAll("li.school").length;

  const narrow = () => {
    const words = text.value.trim().toLowerCase().split(/\s+/);
    let shown = 0;
    for (const section of sections) {
      let here = 0;
      for (const school of section.querySelectorAll("li.school")) {
        school.hidden = !(
          (!tier.value || section.dataset.tier === tier.value) &&
          (!phase.value || school.dataset.phase === phase.value) &&
          words.every((word) => school.dataset.name.includes(word))
        );
        here += !school.hidden;
      }
      section.hidden = here === 0;
      shown += here;
    }
    status.textContent = shown === total ? `${total} schools` : `${shown} of ${total} schools`;
  };

  let open = false;
  const openOrClose = () => {
    open = !open;
    for (const details of document.querySelectorAll("li.school details")) details.open = open;
    openAll.textContent = open ? "Close all figures" : "Open all figures";
  };

  form.hidden = false;
  form.addEventListener("input", narrow);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(narrow));
  openAll.addEventListener("click", openOrClose);
})();
