/** How a case asks a route of a function, and what the answer comes to. */
import type { Actor } from "../support/actors.ts";
import { type Answer, request } from "../support/http.ts";
import type { Case, Outcome, Outcomes } from "./matrix.ts";
import type { World } from "./world.ts";

interface Asked {
  what?: string;
  outcomes: Outcomes;
  changes?: Case["changes"];
  ownWorld?: boolean;
  /** Fills the path's parameters; the rest are those of the world. */
  params?: (world: World, actor: Actor) => Record<string, string>;
  query?: (world: World) => Record<string, string>;
  json?: (world: World) => unknown;
  /** A body that is no JSON, with its headers. */
  body?: (world: World) => { body: BodyInit; headers: Record<string, string> };
  /** What an answer that is no failure comes to. */
  outcome?: (answer: Answer, world: World) => Outcome;
}

/** A case of a route, named as its OpenAPI document names it: `GET /conversation-history`. */
export function route(
  covers: string,
  { params, query, json, body, outcome = shown, ...rest }: Asked,
): Case {
  const [method, template] = covers.split(" ") as [string, string];
  return {
    covers,
    ...rest,
    async run(actor, world) {
      const filled: Record<string, string> = {
        continuation_id: world.id,
        file_id: world.linked,
        message: "1",
        user_id: world.member,
        conversation_id: world.id,
        item_id: world.ownersMessage,
        ...params?.(world, actor),
      };
      const path = template.slice(1).replaceAll(
        /\{(\w+)\}/g,
        (_, name) => encodeURIComponent(filled[name]!),
      );
      const search = new URLSearchParams(query?.(world));
      const answer = await request(
        actor,
        search.size > 0 ? `${path}?${search}` : path,
        { method, json: json?.(world), ...body?.(world) },
      );
      return {
        outcome: answer.status >= 400
          ? answer.body?.code ?? answer.body?.error?.code ??
            `${answer.status} ${answer.text}`
          : outcome(answer, world),
        body: answer.body,
      };
    },
  };
}

/** `empty` if the answer is a list without an element, else `ok`. */
function shown({ body }: Answer): Outcome {
  return isEmpty(body) ? "empty" : "ok";
}

// deno-lint-ignore no-explicit-any -- answers of many shapes
export function isEmpty(body: any): boolean {
  if (body === null || typeof body !== "object") return false;
  const list = "lines" in body
    ? body.lines
    : body.messages ?? body.hits ?? body.files ?? body.data;
  return list === null || list?.length === 0;
}

/** Whether a list of conversations has the world's. */
export const listsIt = ({ body, text }: Answer, { id }: World): Outcome =>
  text.includes(id) ? "ok" : body.conversations || body.hits ? "empty" : text;

/** Whether what was appended or uploaded went to the world's conversation. */
export const intoIt = ({ body }: Answer, { id }: World): Outcome =>
  body.conversation.id === id ? "ok" : "elsewhere";
