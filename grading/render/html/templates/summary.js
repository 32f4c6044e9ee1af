"use strict";
// Updates the form's total, and saves the review sheet.
const form = document.querySelector("form");
const fields = [...form.querySelectorAll("[data-criterion]")];
const dimensions = [...form.querySelectorAll("[data-dimension]")];

function isFilledIn(field) {
  return field.value.trim() !== "" && field.validity.valid;
}

function showTotal() {
  const automatic = Number(form.dataset.automatic), passing = Number(form.dataset.passing);
  let least = automatic, most = automatic, open = 0;
  for (const field of fields) {
    const points = isFilledIn(field) ? Number(field.value) : null;
    open += points === null ? 1 : 0;
    least += points ?? 0;
    most += points ?? Number(field.max);
  }
  // A critical mistake does not pass while points are open.
  const passes = least >= passing && !(open && form.dataset.critical);
  const verdict = most < passing ? "fail" : passes ? "pass" : "needs review";
  const sum = Math.round(least * 100) / 100;
  let text = open ? `At least ${sum} of ${form.dataset.most}: ${verdict}, ${open} still open` : `${sum} of ${form.dataset.most}: ${verdict}`;
  const rated = dimensions.filter(isFilledIn);
  if (rated.length) {
    const weight = rated.reduce((all, field) => all + Number(field.dataset.weight), 0);
    const mean = rated.reduce((all, field) => all + Number(field.dataset.weight) * Number(field.value), 0) / weight;
    text += `; impression ${Math.round(mean)} %`;
  }
  document.getElementById("total").value = text;
}

// JSON strings are valid TOML strings, except for the delete character.
function quoted(text) {
  return JSON.stringify(text.replace(/[\ud800-\udfff]/gu, "\ufffd")).replace(/\u007f/g, "\\u007f");
}

function sheet() {
  const kept = JSON.parse(form.dataset.kept);
  const list = (items) => `[${items.map(quoted).join(", ")}]`;
  const lines = [
    `submission = ${quoted(form.dataset.submission)}`,
    `level = ${quoted(form.dataset.level)}`,
    `reviewer = ${quoted(document.getElementById("reviewer").value)}`,
    `hints = ${list(kept.hints)}`,
    `observed = ${list(kept.observed)}`,
  ];
  for (const field of fields) {
    lines.push("", "[[criterion]]", `id = ${quoted(field.dataset.criterion)}`);
    if (isFilledIn(field)) lines.push(`points = ${Number(field.value)}`);
    lines.push(`comment = ${quoted(document.getElementById(`comment-${field.dataset.criterion}`).value)}`);
  }
  lines.push("", "[dimensions]");
  for (const field of dimensions.filter(isFilledIn)) lines.push(`${quoted(field.dataset.dimension)} = ${Number(field.value)}`);
  return lines.join("\n") + "\n";
}

form.addEventListener("input", showTotal);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([sheet()], { type: "application/toml" }));
  link.download = form.dataset.sheet;
  link.click();
  URL.revokeObjectURL(link.href);
});
showTotal();
