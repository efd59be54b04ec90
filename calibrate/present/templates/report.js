"use strict";
// The page can be read whole without this: it only lets the threshold be moved and the table of
// evidence be sorted and filtered. Numbers come written from the data block; nothing is reckoned.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);

  function moveThreshold() {
    const { fields, stops, chosen } = data.threshold;
    const box = document.getElementById("slider");
    const range = box.querySelector("input");
    const shown = box.querySelectorAll("[data-field]");
    const marker = document.getElementById("marker");
    const rows = document.querySelectorAll("#sweep tbody tr");

    function show() {
      const place = Number(range.value);
      const stop = Object.fromEntries(fields.map((name, i) => [name, stops[place][i]]));
      for (const part of shown) part.textContent = stop[part.dataset.field];
      range.setAttribute("aria-valuetext", `${stop.score} points`);
      marker.setAttribute("x1", stop.at);
      marker.setAttribute("x2", stop.at);
      rows.forEach((row, i) => row.classList.toggle("now", i === place && place !== chosen));
    }

    range.addEventListener("input", show);
    box.querySelector("button").addEventListener("click", () => {
      range.value = String(chosen);
      show();
    });
    box.hidden = false;
    show();
  }

  function sortAndFilter() {
    const table = document.getElementById("levels");
    const body = table.tBodies[0];
    const tools = document.getElementById("tools");
    const [words, verdict] = tools.querySelectorAll("input, select");
    const found = tools.querySelector("output");
    const heads = [...table.querySelectorAll("th[data-key], th[data-text]")];
    const collator = new Intl.Collator("en", { numeric: true });
    const rows = [...body.rows].map((row, place) => ({
      row,
      place,
      keys: data.levels[place],
      texts: [row.cells[0].textContent, row.cells[1].textContent],
      verdict: row.dataset.verdict,
    }));

    function filter() {
      const wanted = words.value.trim().toLowerCase();
      let left = 0;
      for (const one of rows) {
        const fits =
          one.texts.join(" ").toLowerCase().includes(wanted) &&
          (verdict.value === "" || verdict.value === one.verdict);
        one.row.hidden = !fits;
        left += fits ? 1 : 0;
      }
      found.textContent = `${left} of ${rows.length} levels`;
    }

    function order(compare, head, direction) {
      for (const other of heads) other.setAttribute("aria-sort", "none");
      if (head) head.setAttribute("aria-sort", direction);
      table.classList.toggle("in-order", !head);
      rows.sort(compare);
      body.append(...rows.map((one) => one.row));
    }

    function sortBy(head) {
      const first = head.dataset.text ? "ascending" : "descending";
      const other = first === "ascending" ? "descending" : "ascending";
      const direction = head.getAttribute("aria-sort") === first ? other : first;
      const sign = direction === "ascending" ? 1 : -1;
      const compared = head.dataset.text ? byText(head.dataset.text) : byNumber(head.dataset.key);
      order((a, b) => compared(a, b, sign) || a.place - b.place, head, direction);
    }

    function byText(column) {
      return (a, b, sign) => sign * collator.compare(a.texts[column], b.texts[column]);
    }

    // What was not tested stands last, whichever way the others run.
    function byNumber(column) {
      return (a, b, sign) => {
        const [one, two] = [a.keys[column], b.keys[column]];
        if (one === null || two === null) return (one === null) - (two === null);
        return sign * (one - two);
      };
    }

    for (const head of heads) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      button.addEventListener("click", () => sortBy(head));
      const printed = document.createElement("span"); // heads repeated on paper lose their buttons
      printed.className = "on-paper";
      printed.textContent = head.textContent;
      head.replaceChildren(button, printed);
      head.setAttribute("aria-sort", "none");
    }
    words.addEventListener("input", filter);
    verdict.addEventListener("change", filter);
    tools.querySelector("button").addEventListener("click", () => {
      words.value = "";
      verdict.value = "";
      filter();
      order((a, b) => a.place - b.place, null, "none");
    });
    tools.hidden = false;
    filter();
  }

  moveThreshold();
  sortAndFilter();
})();
