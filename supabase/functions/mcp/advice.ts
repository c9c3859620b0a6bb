/** A problem in words for a model: what is wrong, where, and what to do. */
import type { ProblemCode } from "../_shared/problems/catalogue.ts";
import type { Problem } from "../_shared/problems/problem.ts";

/** What to do about a problem, if its detail does not say so. */
const NEXT_STEPS: Partial<Record<ProblemCode, string>> = {
  not_found:
    "It does not exist, or you may not see it. Find conversations with `list` or `search`.",
  read_only:
    "Use `fork` to get a copy of the conversation that you can change.",
  invalid_cursor: "Leave `cursor` out to start again.",
  already_exists:
    "Choose another `new_continuation_id`, or leave it out to have one generated.",
  budget_too_small: "Call the tool again with a larger `max_tokens`.",
  idempotency_mismatch:
    "Use a new `idempotency_key` or `client_id` for new messages. Send exactly the same messages to retry.",
  quota_exceeded:
    "Ask the user to delete files or conversations that are no longer needed.",
  type_mismatch: "Only text can be stored with this tool.",
  rate_limited: "Wait a few seconds and call the tool again.",
  unavailable:
    "Nothing is wrong with the call. Wait a few seconds and call the tool again.",
  internal: "If it fails again, tell the user and continue without this tool.",
};

/** The text of a failed call. */
export function advise({ code, detail, extension }: Problem): string {
  const { errors = [], ...facts } = extension;
  return [
    detail,
    ...errors.map(({ pointer, detail }) => `- ${pointer || "/"}: ${detail}`),
    ...Object.entries(facts).map(([name, value]) =>
      `${name}: ${JSON.stringify(value)}`
    ),
    NEXT_STEPS[code],
  ].filter((line) => line !== undefined).join("\n");
}
