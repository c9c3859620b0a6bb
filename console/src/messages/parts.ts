/**
 * What the typed parts of a message are, whichever provider's they are: OpenAI, Anthropic, Gemini, Bedrock, the AI
 * SDK, LangChain, MCP. A part of another kind is shown as its JSON.
 */

type Part = Record<string, unknown>;

export type Shown =
  | { kind: "text"; text: string }
  | { kind: "reasoning"; text: string }
  | { kind: "call"; name: string; input: string }
  | { kind: "result"; name: string; output: string }
  | { kind: "picture"; source: string; isInline: boolean }
  | { kind: "other"; label: string; json: string };

/** Pictures that are in the part itself. Nothing is loaded from elsewhere. */
const INLINE = /^data:image\/(png|jpeg|gif|webp|avif);base64,/i;

/** @param names of the calls by their ids, since a result often has only the id of its call. */
export function shownPart(
  part: Part,
  names: ReadonlyMap<string, string> = new Map(),
): Shown {
  const type = String(part.type ?? Object.keys(part)[0] ?? "part");
  const name = nameOf(part);
  if (/result|output$|tool_response|functionResponse/i.test(type)) {
    return {
      kind: "result",
      name: names.get(name) ?? name,
      output: outputOf(part),
    };
  }
  if (
    /tool[-_]?(use|call)|function[-_]?call|^toolUse$|^tool-/i.test(type)
  ) return { kind: "call", name, input: inputOf(part) };
  if (/reasoning|thinking/i.test(type)) {
    const text = textOf(part);
    if (text !== "") return { kind: "reasoning", text };
  }
  const source = pictureOf(part);
  if (source !== null) {
    return { kind: "picture", source, isInline: INLINE.test(source) };
  }
  const text = textOf(part);
  if (/text|refusal/i.test(type) && text !== "") return { kind: "text", text };
  return { kind: "other", label: type, json: json(part) };
}

/** The names of the calls in some messages, by the ids of the calls. */
export function callNames(
  messages: { parts: Part[] | null }[],
): Map<string, string> {
  const names = new Map<string, string>();
  for (const part of messages.flatMap(({ parts }) => parts ?? [])) {
    const shown = shownPart(part);
    const id = callIdOf(part) ?? part.id ?? member(part, "toolUse")?.toolUseId;
    if (shown.kind === "call" && typeof id === "string") {
      names.set(id, shown.name);
    }
  }
  return names;
}

/** The text of the parts that are text: what is shown if a message has no content. */
export function textOfParts(parts: Part[] | null): string {
  return (parts ?? []).map((part) => shownPart(part))
    .flatMap((part) => part.kind === "text" ? [part.text] : [])
    .join("\n\n");
}

function nameOf(part: Part): string {
  const inner = member(part, "function") ?? member(part, "functionCall") ??
    member(part, "functionResponse") ?? member(part, "toolUse") ?? part;
  const name = inner.name ?? inner.toolName ?? part.tool_name;
  if (typeof name === "string") return name;
  return callIdOf(part) ?? "tool";
}

function callIdOf(part: Part): string | undefined {
  const id = part.tool_use_id ?? part.tool_call_id ?? part.call_id ??
    part.toolCallId ?? member(part, "toolResult")?.toolUseId;
  return typeof id === "string" ? id : undefined;
}

function inputOf(part: Part): string {
  const inner = member(part, "function") ?? member(part, "functionCall") ??
    member(part, "toolUse") ?? part;
  const input = inner.arguments ?? inner.args ?? inner.input;
  return input === undefined ? json(part) : json(input);
}

function outputOf(part: Part): string {
  const inner = member(part, "functionResponse") ??
    member(part, "toolResult") ?? part;
  const output = inner.output ?? inner.content ?? inner.response ??
    inner.result;
  if (Array.isArray(output)) {
    const texts = output.map((item) => isPart(item) ? textOf(item) : "");
    if (texts.every((text) => text !== "")) return texts.join("\n");
  }
  return output === undefined ? json(part) : json(output);
}

function textOf(part: Part): string {
  for (const name of ["text", "thinking", "reasoning", "refusal"]) {
    const value = part[name];
    if (typeof value === "string") return value;
  }
  return "";
}

function pictureOf(part: Part): string | null {
  const url = part.image_url ?? part.image ?? part.url;
  if (typeof url === "string" && /^(data:image|https?:)/.test(url)) return url;
  if (isPart(url) && typeof url.url === "string") return url.url;
  const source = member(part, "source") ?? member(part, "inlineData");
  const type = source?.media_type ?? source?.mimeType;
  return source && typeof source.data === "string" &&
      /^image\//.test(String(type))
    ? `data:${type};base64,${source.data}`
    : null;
}

function member(part: Part, name: string): Part | undefined {
  const value = part[name];
  return isPart(value) ? value : undefined;
}

function isPart(value: unknown): value is Part {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Readable: JSON within a string as JSON, too. */
function json(value: unknown): string {
  if (typeof value === "string") {
    try {
      return JSON.stringify(JSON.parse(value), null, 2);
    } catch {
      return value;
    }
  }
  return JSON.stringify(value, null, 2) ?? "";
}
