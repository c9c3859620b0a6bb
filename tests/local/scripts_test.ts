import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readEnvFile, setting } from "../../scripts/settings.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const UNSET = {
  SUPABASE_URL: "",
  SUPABASE_PUBLISHABLE_KEY: "",
  SUPABASE_SECRET_KEY: "",
  SUPABASE_DB_URL: "",
  CONTINUUM_TEST_TARGET: "",
  LOCAL_PORT: "0",
  LOCAL_DB_PORT: "0",
};

async function run(
  script: string,
  env: Record<string, string>,
  ...args: string[]
): Promise<{ code: number; printed: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", `scripts/${script}`, ...args],
    cwd: root,
    env: { ...UNSET, NO_COLOR: "1", ...env },
  }).output();
  const decoder = new TextDecoder();
  return { code, printed: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** A test that passes where it runs against `url`. */
async function suiteFor(url: RegExp): Promise<string> {
  const folder = await Deno.makeTempDir();
  Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));
  const path = join(folder, "target_test.ts");
  await Deno.writeTextFile(
    path,
    `Deno.test("target", () => {
      if (!${url}.test(Deno.env.get("SUPABASE_URL") ?? "")) throw new Error();
    });`,
  );
  return path;
}

const hosted = "https://abcdefghijklmnopqrst.supabase.co";
const [onHosted, onLocal] = await Promise.all([
  suiteFor(/abcdefghijklmnopqrst/),
  suiteFor(/^http:\/\/127\.0\.0\.1/),
]);

Deno.test("the tests run against a project elsewhere only if it is named twice", async () => {
  const unconfirmed: Record<string, string>[] = [
    {},
    { CONTINUUM_TEST_TARGET: "true" },
    { CONTINUUM_TEST_TARGET: "https://other.supabase.co" },
  ];
  for (const env of unconfirmed) {
    const { code, printed } = await run(
      "test.ts",
      { SUPABASE_URL: hosted, ...env },
      onHosted,
    );
    assert.equal(code, 1);
    assert.match(printed, /set CONTINUUM_TEST_TARGET=https:\/\/abcdef/);
    assert.doesNotMatch(printed, /passed/);
  }
  const confirmed = { SUPABASE_URL: hosted, CONTINUUM_TEST_TARGET: hosted };
  const { code, printed } = await run("test.ts", confirmed, onHosted);
  assert.equal(code, 0, printed);
  assert.match(printed, /1 passed, 0 failed/);
});

Deno.test("the tests run against this machine unasked, and against their own stack if the URL is blank", async () => {
  for (const SUPABASE_URL of ["http://127.0.0.1:54321", " "]) {
    const { code, printed } = await run("test.ts", { SUPABASE_URL }, onLocal);
    assert.equal(code, 0, printed);
  }
});

Deno.test("of .env, what is exported wins and what is blank is unset", async () => {
  const path = await Deno.makeTempFile();
  const names = ["ENV_FILE_SET", "ENV_FILE_EXPORTED", "ENV_FILE_BLANK"];
  Deno.env.set("ENV_FILE_EXPORTED", "exported");
  Deno.env.set("ENV_FILE_BLANK", "");
  try {
    await Deno.writeTextFile(
      path,
      "# comment\nENV_FILE_SET='a b'\nENV_FILE_EXPORTED=file\nENV_FILE_BLANK=\n",
    );
    await readEnvFile(path);
    assert.deepEqual(names.map(setting), ["a b", "exported", undefined]);
  } finally {
    for (const name of names) Deno.env.delete(name);
    await Deno.remove(path);
  }
});

Deno.test("deploy asks for a project, and refuses what it does not know", async () => {
  for (const args of [[], ["my-project"], ["--force"]]) {
    const { code, printed } = await run("deploy.ts", {}, ...args);
    assert.equal(code, 2);
    assert.match(printed, /deno task deploy <project ref> \[options\]/);
  }
});
