import assert from "node:assert/strict";
import { databaseProblem } from "./database_problem.ts";
import { problemBody } from "./render.ts";

const cases: [
  what: string,
  code: string,
  status: number,
  problem: string,
  message?: string,
][] = [
  ["a problem that SQL raised", "PT400", 400, "seq_conflict", "seq_conflict"],
  ["an unknown problem", "PT400", 400, "internal", "no_such_code"],
  ["a right that was lost a moment ago", "42501", 403, "not_found"],
  [
    "an account that was deleted a moment ago",
    "23503",
    409,
    "invalid_token",
    'insert or update on table "files" violates foreign key constraint "files_owner_id_fkey"',
  ],
  [
    "a file that was deleted a moment ago",
    "23503",
    409,
    "unknown_file",
    'violates foreign key constraint "conversation_files_file_id_fkey"',
  ],
  [
    "a conversation that was deleted a moment ago",
    "23503",
    409,
    "not_found",
    'violates foreign key constraint "conversation_files_conversation_id_fkey"',
  ],
  ["a constraint", "23514", 400, "validation_failed"],
  ["U+0000", "22021", 400, "validation_failed"],
  ["a number out of range", "22003", 400, "validation_failed"],
  ["a schema that is not loaded yet", "PGRST202", 404, "unavailable"],
  ["a database out of reach", "PGRST001", 503, "unavailable"],
  ["a refused token", "PGRST301", 401, "invalid_token"],
  ["a statement that took too long", "57014", 500, "unavailable"],
  ["a lock that was not free in time", "55P03", 500, "unavailable"],
  ["a deadlock", "40P01", 500, "unavailable"],
  ["no answer at all", "", 0, "unavailable"],
  ["a gateway without its service", "", 502, "unavailable"],
  ["too many requests", "", 429, "rate_limited"],
  ["a fault of ours", "42703", 400, "internal"],
];

for (
  const [what, code, status, problem, message = "said by PostgreSQL"] of cases
) {
  Deno.test(`${what} (${code || status}) is ${problem}, without what the database said`, () => {
    const error = { message, details: "{}", hint: "", code };
    const made = databaseProblem(error, status);
    assert.equal(made.code, problem);
    if (code !== "PT400") {
      assert.ok(!JSON.stringify(problemBody(made, "id")).includes(message));
    }
  });
}
