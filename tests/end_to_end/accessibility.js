// What a page lacks for people who use a keyboard or a screen reader, a line each; empty if nothing.
() => {
  const faults = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const named = (element) => element.outerHTML.slice(0, 120);
  const check = (holds, said) => holds || faults.push(said);

  check(document.documentElement.lang === "en-GB", "the page has no language");
  check(document.title.trim().length > 0, "the page has no title");
  check(all("main").length === 1 && document.querySelector("main").id === "main", "there is not one main");
  check(all("a.skip[href='#main']").length === 1, "there is no skip link");

  const levels = all("h1, h2, h3, h4, h5, h6").map((heading) => Number(heading.tagName[1]));
  check(levels.filter((level) => level === 1).length === 1, "there is not one h1");
  levels.forEach((level, i) => check(level <= (levels[i - 1] ?? 1) + 1 || i === 0, `heading ${i + 1} leaves out a level`));

  all("input:not([type=hidden]), select, textarea").forEach((field) =>
    check([...(field.labels ?? [])].some((label) => label.textContent.trim()), `no label: ${named(field)}`));
  all("fieldset").forEach((set) => check(set.querySelector("legend"), `no legend: ${named(set)}`));
  all("a, button").forEach((element) =>
    check(element.textContent.trim() || element.getAttribute("aria-label"), `no name: ${named(element)}`));
  all("table").forEach((table) => check(table.caption?.textContent.trim(), `no caption: ${named(table)}`));
  all("th").forEach((cell) => check(["col", "row"].includes(cell.scope), `no scope: ${named(cell)}`));
  all("svg").forEach((svg) =>
    check(svg.getAttribute("aria-hidden") === "true" || svg.getAttribute("aria-label"), `nothing said: ${named(svg)}`));

  const ids = all("[id]").map((element) => element.id);
  check(new Set(ids).size === ids.length, `an id stands twice: ${ids.filter((id, i) => ids.indexOf(id) !== i)}`);
  all("[aria-describedby], [aria-labelledby]").forEach((element) =>
    [element.getAttribute("aria-describedby"), element.getAttribute("aria-labelledby")].join(" ").split(/\s+/)
      .filter(Boolean).forEach((id) => check(document.getElementById(id), `names nothing: ${id}`)));

  // Contrast of text with what lies behind it (WCAG 2.2, 1.4.3): 4.5, or 3 where it is large.
  const rgb = (text) => text.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  all("body *").filter((element) => !element.closest("svg") && element.checkVisibility() &&
    [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())).forEach((element) => {
    const style = getComputedStyle(element);
    const [a, b] = [light(rgb(style.color)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    check(ratio >= (large ? 3 : 4.5), `contrast ${ratio.toFixed(1)}: ${named(element)}`);
  });
  return faults;
}
