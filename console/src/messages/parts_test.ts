import assert from "node:assert/strict";
import { callNames, shownPart } from "./parts.ts";

const PNG = "iVBORw0KGgo=";

const PARTS: [name: string, part: Record<string, unknown>, kind: string][] = [
  ["OpenAI chat text", { type: "text", text: "a" }, "text"],
  ["OpenAI response text", { type: "output_text", text: "a" }, "text"],
  ["OpenAI response input", { type: "input_text", text: "a" }, "text"],
  ["OpenAI function call", {
    type: "function_call",
    call_id: "c",
    name: "look",
    arguments: '{"a":1}',
  }, "call"],
  ["OpenAI function output", {
    type: "function_call_output",
    call_id: "c",
    output: "found",
  }, "result"],
  ["OpenAI reasoning", { type: "reasoning", text: "hm" }, "reasoning"],
  ["OpenAI image", {
    type: "image_url",
    image_url: { url: `data:image/png;base64,${PNG}` },
  }, "picture"],
  [
    "Anthropic call",
    { type: "tool_use", id: "t", name: "look", input: {} },
    "call",
  ],
  [
    "Anthropic result",
    { type: "tool_result", tool_use_id: "t", content: "x" },
    "result",
  ],
  [
    "Anthropic thinking",
    { type: "thinking", thinking: "hm", signature: "s" },
    "reasoning",
  ],
  ["Anthropic image", {
    type: "image",
    source: { type: "base64", media_type: "image/png", data: PNG },
  }, "picture"],
  ["Gemini text", { text: "a" }, "text"],
  ["Gemini call", { functionCall: { name: "look", args: { a: 1 } } }, "call"],
  [
    "Gemini result",
    { functionResponse: { name: "look", response: {} } },
    "result",
  ],
  [
    "Gemini image",
    { inlineData: { mimeType: "image/png", data: PNG } },
    "picture",
  ],
  [
    "Bedrock call",
    { toolUse: { toolUseId: "t", name: "look", input: {} } },
    "call",
  ],
  ["Bedrock result", {
    toolResult: { toolUseId: "t", content: [{ text: "x" }] },
  }, "result"],
  ["AI SDK call", {
    type: "tool-call",
    toolCallId: "t",
    toolName: "look",
    args: {},
  }, "call"],
  ["AI SDK result", {
    type: "tool-result",
    toolCallId: "t",
    toolName: "look",
    result: 1,
  }, "result"],
  ["unknown", { type: "weather", sky: "blue" }, "other"],
  ["nothing at all", {}, "other"],
];

Deno.test("the parts of every provider are shown as text, calls, results, pictures and reasoning", () => {
  for (const [name, part, kind] of PARTS) {
    const shown = shownPart(part);
    assert.equal(shown.kind, kind, name);
    if (shown.kind === "call") assert.equal(shown.name, "look", name);
    if (shown.kind === "picture") assert.ok(shown.isInline, name);
  }
});

Deno.test("a result is named by its call, and a picture from elsewhere is not inline", () => {
  const call = { type: "tool_use", id: "t1", name: "look", input: {} };
  const result = { type: "tool_result", tool_use_id: "t1", content: "x" };
  const names = callNames([{ parts: [call] }, { parts: null }]);
  assert.deepEqual(shownPart(result, names), {
    kind: "result",
    name: "look",
    output: "x",
  });
  const shown = shownPart({
    type: "image",
    image: "https://evil.example/a.png",
  });
  assert.ok(shown.kind === "picture" && !shown.isInline);
});
