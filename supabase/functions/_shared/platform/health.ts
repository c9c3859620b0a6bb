/** `GET /_/health`: whether the function, the Data API and the database answer. */
import { z } from "@hono/zod-openapi";
import { json, openRoute } from "../http/route.ts";
import { Problem } from "../problems/problem.ts";
import { adminClient, callWith } from "./database.ts";
import { keysOf } from "./environment.ts";
import { readSigningKeys } from "./signing_keys.ts";

const Health = z.strictObject({
  status: z.literal("ok"),
  schema_version: z.string().openapi({
    description: "The newest migration that has been applied.",
    example: "20261123090000",
  }),
}).openapi("Health");

export const readHealth = openRoute({
  operationId: "readHealth",
  tag: "Maintenance",
  get: "/_/health",
  summary: "Check whether the function reaches its database",
  description:
    "If the project is not set up completely, the response is 503, and its `problems` list what is missing in " +
    "sentences.",
  answers: {
    200: ["The project is set up, and its database answers.", Health],
  },
}, async (c) => {
  const problems = await missingSetup();
  if (problems.length > 0) {
    throw new Problem("unavailable", { detail: problems.join(" "), problems });
  }
  const { schema_version } = JSON.parse(
    await callWith(adminClient(), "read_health", {}),
  );
  return json(c, JSON.stringify({ status: "ok", schema_version }));
});

function missingKey(
  variable: Parameters<typeof keysOf>[0],
  kind: string,
): string | null {
  try {
    return Object.keys(keysOf(variable)).length > 0
      ? null
      : `The environment has no ${kind} key. Create one under API Keys in the project's settings.`;
  } catch {
    return `${variable} is not a JSON object of keys by their names.`;
  }
}

/** What the project lacks and no function works without, in sentences. */
export async function missingSetup(): Promise<string[]> {
  const problems: string[] = [];
  for (
    const [variable, kind] of [
      ["SUPABASE_PUBLISHABLE_KEYS", "publishable"],
      ["SUPABASE_SECRET_KEYS", "secret"],
    ] as const
  ) {
    const problem = missingKey(variable, kind);
    if (problem !== null) problems.push(problem);
  }
  const signingKeys = await readSigningKeys();
  if (signingKeys === null) {
    problems.push("The project's signing keys cannot be read from Auth.");
  } else if (signingKeys.length === 0) {
    problems.push(
      "The project has no asymmetric signing key, so access tokens cannot be verified. Create one under JWT Keys " +
        "in the project's settings.",
    );
  }
  return problems;
}
