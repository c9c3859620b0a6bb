/** What a user does on the example's page, over two reloads; then it sends home what the page has shown. */
const stage = Number(sessionStorage.getItem("stage") ?? 0);

const shown = () =>
  [...document.querySelectorAll("main > p")].map((p) => p.textContent);
const button = (label) =>
  [...document.querySelectorAll("button")]
    .find(({ textContent }) => textContent === label);

async function until(isSo) {
  const end = Date.now() + 30_000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`${isSo}: ${shown().join(" | ")}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function send(text) {
  const input = document.querySelector("input");
  // React has a setter of its own on the element.
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")
    .set.call(input, text);
  input.dispatchEvent(new Event("input", { bubbles: true }));
  await until(() => button("Send") && !button("Send").disabled);
  button("Send").click();
}

const last = () => shown().at(-1) ?? "";
const isIdle = () => !button("Send").disabled;

function reload(next) {
  sessionStorage.setItem("stage", next);
  location.reload();
}

const stages = [
  async () => {
    await send("Hello");
    await until(() => last().endsWith("was: Hello") && isIdle());
    button("Answer again").click();
    await until(() => /Answer 2.*was: Hello$/.test(last()) && isIdle());
    await send("More");
    await until(() => last().includes("Answer 3"));
    reload(1);
  },
  async () => {
    await until(() => last().endsWith("was: More"));
    await send("Stop me");
    await until(() => last().includes("Answer 4. You have"));
    button("Stop").click();
    await until(isIdle);
    sessionStorage.setItem("before", JSON.stringify(shown()));
    reload(2);
  },
  async () => {
    await until(() => shown().length > 0);
    await report({
      before: JSON.parse(sessionStorage.getItem("before")),
      after: shown(),
    });
  },
];

async function report(result) {
  await fetch("/result", { method: "POST", body: JSON.stringify(result) });
}

try {
  await until(() => document.querySelector("input"));
  await stages[stage]();
} catch (error) {
  await report({ error: String(error) });
}
