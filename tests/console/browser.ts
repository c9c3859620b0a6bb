/** The console in Chromium, driven by Playwright as a person would: by labels, roles and keys. */
import assert from "node:assert/strict";
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "npm:playwright-core@1.65.1";
import { findChromium } from "../client/browser.ts";
import type { Actor } from "../support/actors.ts";
import { target } from "../support/target.ts";

export type { Locator, Page } from "npm:playwright-core@1.65.1";

/** On a busy machine, everything may take long. */
const PATIENCE_MS = 30_000;

const executable = findChromium();
const isServed = await servesConsole();
if (executable === null) {
  console.log(
    "No Chromium is installed, so the console is not tested in a browser here.",
  );
} else if (!isServed) {
  console.log("This project serves no console, so it is not tested here.");
}

/** Whether the project's gateway has the console at `/`: a hosted one has not. */
async function servesConsole(): Promise<boolean> {
  const response = await fetch(`${target.url}/`).catch(() => null);
  const text = await response?.text() ?? "";
  return text.includes('name="continuum:url"');
}

/** Somebody who can sign in. */
export interface Account extends Actor {
  id: string;
  email: string;
  password: string;
}

/** Makes an account. */
export async function account(
  email = `console-${crypto.randomUUID()}@example.com`,
  password = "console-test",
): Promise<Account> {
  const answer = await auth("signup", email, password) ??
    await auth("token?grant_type=password", email, password);
  assert.ok(answer, `${email} could not be made.`);
  return {
    name: email,
    email,
    password,
    id: answer.user.id,
    headers: {
      Authorization: `Bearer ${answer.access_token}`,
      apikey: target.publishableKey,
    },
    supabase: undefined as never,
  };
}

async function auth(path: string, email: string, password: string) {
  const response = await fetch(`${target.url}/auth/v1/${path}`, {
    method: "POST",
    headers: {
      apikey: target.publishableKey,
      "Content-Type": "application/json",
    },
    body: JSON.stringify({ email, password }),
  });
  const answer = await response.json();
  return response.ok
    ? answer as { access_token: string; user: { id: string } }
    : null;
}

/** What went wrong in a page that nobody asked for: errors of scripts, and what the policy has refused. */
function collectFaults(page: Page, faults: string[]): void {
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (/Content Security Policy|Refused to|TrustedHTML/.test(message.text())) {
      faults.push(message.text());
    }
  });
}

export interface Visit {
  page: Page;
  /** Opens another page of the same browser, with nothing that the first has kept. */
  another(options?: BrowserContextOptions): Promise<Page>;
}

export interface VisitOptions extends BrowserContextOptions {
  /** Signed in when the test begins. */
  as?: Account;
  /** The address after `#`. */
  at?: string;
  /** What the page is served by, if not the local gateway. */
  url?: string;
  /** Whether the page's policy may refuse something, which is a fault otherwise. */
  mayBeRefused?: boolean;
}

/** A test of the console in a browser. It also fails if a page reports an error that the test does not provoke. */
export function browserTest(
  name: string,
  options: () => Promise<VisitOptions>,
  run: (visit: Visit) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: executable === null || !isServed,
    // Playwright's connection ends a moment after the browser does.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const {
        as,
        at = "",
        url = `${target.url}/`,
        mayBeRefused = false,
        ...context
      } = await options();
      const browser = await chromium.launch({
        executablePath: executable!,
        args: ["--no-sandbox", "--disable-dev-shm-usage"],
      });
      try {
        const faults: string[] = [];
        const open = async (more: BrowserContextOptions = {}) => {
          const page = await newPage(browser, { ...context, ...more });
          collectFaults(page, faults);
          await page.goto(url);
          return page;
        };
        const page = await open();
        if (as) await signIn(page, as);
        if (at !== "") await goTo(page, at);
        await run({ page, another: open });
        if (!mayBeRefused) assert.deepEqual(faults, []);
      } finally {
        await browser.close();
      }
    },
  });
}

async function newPage(
  browser: Browser,
  options: BrowserContextOptions,
): Promise<Page> {
  const context = await browser.newContext({
    permissions: ["clipboard-read", "clipboard-write"],
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  return page;
}

/** By the form. */
export async function signIn(
  page: Page,
  { email, password }: Account,
): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("navigation", { name: "Conversations and pages" })
    .waitFor();
}

/** Goes to an address within the console. */
export async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, hash);
}

/** The messages of the open conversation. */
export function messagesOf(page: Page) {
  return page.getByRole("list", { name: "Conversation" })
    .getByRole("listitem", { name: /, message \d+$/ });
}

/** Chooses an entry of the menu that a button opens. */
export async function choose(
  page: Page,
  button: string,
  entry: string,
): Promise<void> {
  await page.getByRole("button", { name: button, exact: true }).click();
  await page.getByRole("menuitem", { name: entry, exact: true }).click();
}

/** Waits until `condition` holds of what `read` gives. */
export async function eventually<T>(
  read: () => Promise<T>,
  condition: (value: T) => boolean,
): Promise<T> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await read();
    if (condition(value)) return value;
    assert.ok(Date.now() < until, `It stayed at ${JSON.stringify(value)}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
