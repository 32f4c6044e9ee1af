"use strict";
// Sorts and filters the table.
const body = document.querySelector("#table tbody");
const rows = [...body.rows];
const headings = [...document.querySelectorAll("#table thead th")];
const fields = ["text", "verdict", "mistake"].map((id) => document.getElementById(id));

function value(row, column) {
  const cell = row.cells[column];
  return cell.dataset.value === undefined ? cell.textContent.trim().toLowerCase() : Number(cell.dataset.value);
}

function sort(column) {
  const heading = headings[column];
  const down = heading.getAttribute("aria-sort") === "ascending";
  for (const other of headings) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", down ? "descending" : "ascending");
  const keyed = rows.map((row, place) => [value(row, column), place, row]);
  keyed.sort(([a, i], [b, j]) => (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1) || i - j);
  body.append(...keyed.map(([, , row]) => row));
}

function filter() {
  const [text, verdict, mistake] = fields.map((field) => field.value.trim().toLowerCase());
  let shown = 0;
  for (const row of rows) {
    const matches =
      row.textContent.toLowerCase().includes(text) &&
      (!verdict || row.dataset.verdict === verdict) &&
      (!mistake || row.dataset.mistakes.split(" ").includes(mistake));
    row.hidden = !matches;
    shown += matches ? 1 : 0;
  }
  document.getElementById("shown").value = `${shown} of ${rows.length} shown`;
}

headings.forEach((heading, column) => heading.querySelector("button").addEventListener("click", () => sort(column)));
for (const field of fields) field.addEventListener("input", filter);
filter();
