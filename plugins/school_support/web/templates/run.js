// Tells how far the run is, and opens its page anew when it has ended. Without a script there is the link "Look again".
const state = document.getElementById("run-state");
const look = async () => {
  const answer = await fetch(state.dataset.watch, { credentials: "same-origin" });
  if (!answer.ok) return;
  const run = await answer.json();
  if (run.ended) location.reload();
  else if (state.textContent !== run.said) state.textContent = run.said;
};
setInterval(() => look().catch(() => {}), 3000);
