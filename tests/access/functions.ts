/** How a case calls a SQL function straight through the Data API, and what the answer comes to. */
import type { Actor } from "../support/actors.ts";
import type { Case, Outcome, Outcomes } from "./matrix.ts";
import { isEmpty } from "./routes.ts";
import type { World } from "./world.ts";

interface Called {
  what?: string;
  outcomes: Outcomes;
  changes?: Case["changes"];
  args?: (world: World, actor: Actor) => Record<string, unknown>;
  /** What an answer comes to that is no failure. */
  // deno-lint-ignore no-explicit-any -- answers of many shapes
  outcome?: (answer: any, world: World) => Outcome;
}

const shown = (answer: unknown) => isEmpty(answer) ? "empty" : "ok";

export function rpc(
  covers: string,
  { args, outcome = shown, ...rest }: Called,
): Case {
  return {
    covers,
    ...rest,
    async run(actor, world) {
      const { data, error, status } = await actor.supabase.rpc(
        covers,
        args?.(world, actor) ?? {},
      );
      if (error?.code === "PT400") {
        return { outcome: error.message, body: error };
      }
      if (error) {
        const refused = [401, 403, 404].includes(status);
        return {
          outcome: refused ? "refused" : `${status} ${error.message}`,
          body: error,
        };
      }
      const body = typeof data === "string" && /^[{[]/.test(data)
        ? JSON.parse(data)
        : data;
      return { outcome: outcome(body, world), body };
    },
  };
}

/** Whether an answer has the world's conversation in it. */
export const hasIt = (answer: unknown, { id }: World): Outcome =>
  JSON.stringify(answer).includes(id) ? "ok" : "empty";
