/** What a message counts if its client does not say: all that a model is given, and nothing else. */
import assert from "node:assert/strict";
import { signUp } from "../support/actors.ts";
import { append, type Draft, fresh, request } from "../support/http.ts";

const IMAGE = 1500;
const DOCUMENT = 5000;
const AUDIO = 2000;
const VIDEO = 10_000;

const owner = await signUp("owner");

/** The token counts of messages without content, by their parts. */
async function estimates(...parts: Draft["parts"][]): Promise<number[]> {
  const { status, text, body } = await append(
    owner,
    fresh("estimate"),
    parts.map((parts) => ({ role: "user", content: "", parts })),
  );
  assert.equal(status, 201, text);
  return body.messages.map(
    ({ token_count }: { token_count: number }) => token_count,
  );
}

const base64 = "iVBORw0KGgo".repeat(10_000);
const text400 = "Tokens, é. ".repeat(50).slice(0, 100) + "x".repeat(300);
const TEXT = Math.ceil(new TextEncoder().encode(text400).length / 4);

Deno.test("content and the text in parts count by bytes, wherever a shape has it", async () => {
  const shapes: Record<string, unknown>[] = [
    { type: "text", text: text400 },
    { type: "input_text", text: text400 },
    { type: "output_text", text: text400, annotations: [{ title: text400 }] },
    { type: "refusal", refusal: text400 },
    { type: "thinking", thinking: text400, signature: base64 },
    { type: "reasoning", text: text400, providerMetadata: { a: base64 } },
    {
      type: "reasoning",
      id: "rs_1",
      summary: [{ type: "summary_text", text: text400 }],
      encrypted_content: base64,
    },
    { reasoningContent: { reasoningText: { text: text400, signature: "ab" } } },
    { text: text400, thoughtSignature: base64 },
    { type: "tool_result", tool_use_id: "toolu_1", content: text400 },
    {
      type: "tool_result",
      tool_use_id: "toolu_1",
      content: [{ type: "text", text: text400 }],
    },
    { type: "function_call_output", call_id: "call_1", output: text400 },
    { role: "tool", tool_call_id: "call_1", content: text400 },
    { type: "function_call", call_id: "c", arguments: text400 },
    { id: "c", type: "function", function: { arguments: text400 } },
    { toolResult: { toolUseId: "t", content: [{ text: text400 }] } },
    { type: "resource", resource: { uri: "file:///a.txt", text: text400 } },
    {
      type: "document",
      source: { type: "text", media_type: "text/plain", data: text400 },
    },
    { type: "something new", body: text400 },
  ];
  const counted = await estimates(...shapes.map((shape) => [shape]));
  for (const [index, count] of counted.entries()) {
    assert.equal(count, TEXT, JSON.stringify(shapes[index]).slice(0, 200));
  }
});

Deno.test("content and parts are added up before they are rounded", async () => {
  const { body } = await append(owner, fresh("estimate"), [
    { role: "user", content: "ab", parts: [{ type: "text", text: "cd" }] },
    { role: "user", content: "", parts: [{ type: "text", text: "" }] },
  ]);
  assert.equal(body.messages[0].token_count, 1);
  assert.equal(body.messages[1].token_count, 0);
});

Deno.test("the JSON that a tool is given and gives back counts as its text", async () => {
  const json = { path: "a.ts", lines: [1, 2, 3], text: text400 };
  const shapes = [
    { type: "tool_use", id: "toolu_1", name: "look", input: json },
    { type: "tool_call", id: "c", name: "look", args: json },
    { functionCall: { name: "look", args: json } },
    { functionResponse: { name: "look", response: json } },
    { toolUse: { toolUseId: "t", name: "look", input: json } },
    { toolResult: { toolUseId: "t", content: [{ json }] } },
    { type: "tool-look", toolCallId: "c", state: "x", input: {}, output: json },
    { type: "tool-result", toolCallId: "c", toolName: "look", output: json },
    { type: "tool_result", toolUseId: "c", structuredContent: json },
  ];
  const least = JSON.stringify(json).length / 4;
  const counted = await estimates(...shapes.map((shape) => [shape]));
  for (const [index, count] of counted.entries()) {
    const shape = JSON.stringify(shapes[index]).slice(0, 200);
    assert.ok(count >= least && count <= least + 12, `${count}: ${shape}`);
  }
});

Deno.test("an image, a document, a sound and a video are a flat number each, in every shape", async () => {
  const dataUrl = `data:image/png;base64,${base64}`;
  const shapes: [number, Record<string, unknown>][] = [
    [IMAGE, { type: "image_url", image_url: { url: dataUrl, detail: "low" } }],
    [IMAGE, { type: "image_url", image_url: { url: "https://a.test/a.png" } }],
    [IMAGE, { type: "input_image", image_url: dataUrl }],
    [IMAGE, { type: "input_image", file_id: "file-1" }],
    [AUDIO, { type: "input_audio", input_audio: { data: base64 } }],
    [DOCUMENT, { type: "file", file: { file_data: base64, filename: "a" } }],
    [DOCUMENT, { type: "file", file: { file_id: "file-1" } }],
    [DOCUMENT, { type: "input_file", file_url: "https://a.test/a.pdf" }],
    [IMAGE, { type: "image_generation_call", id: "ig_1", result: base64 }],
    [IMAGE, {
      type: "computer_call_output",
      call_id: "c",
      output: { type: "computer_screenshot", image_url: dataUrl },
    }],
    [IMAGE, {
      type: "function_call_output",
      call_id: "c",
      output: [{ type: "input_image", image_url: dataUrl }],
    }],
    [IMAGE, {
      type: "image",
      source: { type: "base64", media_type: "image/png", data: base64 },
    }],
    [IMAGE, { type: "image", source: { type: "url", url: "https://a.test/" } }],
    [DOCUMENT, { type: "document", source: { type: "file", file_id: "f" } }],
    [DOCUMENT, {
      type: "document",
      source: { type: "base64", media_type: "application/pdf", data: base64 },
    }],
    [IMAGE, {
      type: "tool_result",
      tool_use_id: "t",
      content: [{ type: "image", source: { type: "base64", data: base64 } }],
    }],
    [IMAGE, { inlineData: { mimeType: "image/webp", data: base64 } }],
    [AUDIO, { inline_data: { mime_type: "audio/mp3", data: base64 } }],
    [VIDEO, { fileData: { mimeType: "video/mp4", fileUri: "gs://a/b" } }],
    [IMAGE, { image: { format: "png", source: { bytes: base64 } } }],
    [DOCUMENT, { document: { name: "a", source: { bytes: base64 } } }],
    [VIDEO, { video: { format: "mp4", source: { s3Location: {} } } }],
    [IMAGE, { type: "file", mediaType: "image/png", url: dataUrl }],
    [DOCUMENT, { type: "file", mediaType: "application/pdf", data: base64 }],
    [IMAGE, { type: "image", image: base64 }],
    [IMAGE, { type: "image", source_type: "base64", data: base64 }],
    [AUDIO, { type: "audio", base64, mime_type: "audio/wav" }],
    [IMAGE, { type: "image", data: base64, mimeType: "image/png" }],
    [AUDIO, { type: "audio", data: base64, mimeType: "audio/wav" }],
    [IMAGE, {
      type: "resource",
      resource: { uri: "file:///a.png", mimeType: "image/png", blob: base64 },
    }],
    [IMAGE, {
      type: "tool-result",
      toolCallId: "c",
      toolName: "f",
      output: {
        type: "content",
        value: [{ type: "media", data: base64, mediaType: "image/png" }],
      },
    }],
    [IMAGE, {
      type: "tool_result",
      tool_call_id: "c",
      result: { content: [{ type: "image", data: base64, mimeType: "a/b" }] },
    }],
    [DOCUMENT, { type: "document_url", document_url: "https://a.test/a.pdf" }],
    [IMAGE, { type: "reasoning-file", mediaType: "image/png", url: dataUrl }],
    [IMAGE, { kind: "image-url", url: "https://a.test/a.png" }],
    [IMAGE, { kind: "binary", media_type: "image/png", data: base64 }],
  ];
  const counted = await estimates(...shapes.map(([, shape]) => [shape]));
  for (const [index, [flat, shape]] of shapes.entries()) {
    const over = counted[index]! - flat;
    // The JSON of a result counts around its image.
    const around = "output" in shape || "result" in shape ? 40 : 0;
    const seen = `${counted[index]}: ${JSON.stringify(shape).slice(0, 200)}`;
    assert.ok(over >= 0 && over <= around, seen);
  }
});

Deno.test("signatures and encrypted content never count", async () => {
  const shapes = [
    { type: "redacted_thinking", data: base64 },
    { type: "reasoning", id: "rs_1", summary: [], encrypted_content: base64 },
    { type: "reasoning.encrypted", data: base64 },
    { reasoningContent: { redactedContent: base64 } },
    { thoughtSignature: base64 },
    { type: "web_search_result", encrypted_content: base64, url: "https://a" },
    {
      type: "tool-search",
      toolCallId: "c",
      state: "x",
      output: [
        { type: "web_search_result", encryptedContent: base64 },
      ],
    },
  ];
  for (const count of await estimates(...shapes.map((shape) => [shape]))) {
    assert.ok(count <= 20, `${count}`);
  }
});

Deno.test("bytes count as what they are, under a name that no provider has for them", async () => {
  const filled = (head: string) => head + "A".repeat(40_000);
  const heads: [number, string][] = [
    [IMAGE, "iVBORw0KGgo"],
    [IMAGE, "/9j/4AAQSkZJ"],
    [IMAGE, "R0lGODlhAQAB"],
    [IMAGE, "UklGRiQIAQBXRUJQVlA4"],
    [IMAGE, "AAAAIGZ0eXBoZWlj"],
    [DOCUMENT, "JVBERi0xLjcK"],
    [AUDIO, "UklGRiQIAABXQVZFZm10"],
    [AUDIO, "SUQzBAAAAAAA"],
    [VIDEO, "AAAAGGZ0eXBpc29t"],
    [VIDEO, "GkXfowEAAAAA"],
  ];
  for (const [flat, head] of heads) {
    const bytes = filled(head);
    const counted = await estimates(
      [{ images: [bytes] }],
      [{ type: "snapshot", screenshot: bytes }],
      [{ type: "function_call_output", call_id: "c", output: bytes }],
      [{ type: "tool_result", tool_call_id: "c", result: { shot: bytes } }],
    );
    for (const count of counted) {
      assert.ok(count >= flat && count <= flat + 20, `${head}: ${count}`);
    }
  }
  const [text] = await estimates([{
    text: "iVBORw0KGgo is a head. ".repeat(4),
  }]);
  assert.equal(text, 23);
});

Deno.test("a document that is given as text counts as its text", async () => {
  const counted = await estimates(
    [{ type: "document", document: { data: '{"city": "Paris"}' } }],
    [{ type: "document", document: { data: { city: "Paris" } } }],
  );
  for (const count of counted) assert.ok(count > 0 && count < 20, `${count}`);
});

Deno.test("a listing of files in a tool's result is text", async () => {
  const files = Array.from({ length: 20 }, (_, n) => ({
    type: "file",
    url: `https://api.test/${n}`,
  }));
  const [count] = await estimates([
    { type: "tool_result", tool_call_id: "c", result: files },
  ]);
  assert.ok(count! < 500, `${count}`);
});

Deno.test("messages that hold all they say in parts take their share of a budget", async () => {
  const name = fresh("estimate");
  for (let count = 0; count < 4; count++) {
    await append(owner, name, [{
      role: "user",
      content: "",
      parts: [{ type: "text", text: "x".repeat(120_000) }],
    }]);
  }
  const context = (max_tokens: number) =>
    request(
      owner,
      `conversation-history/${name}/context?max_tokens=${max_tokens}`,
    );
  const small = await context(10);
  assert.equal(small.body.code, "budget_too_small");
  assert.equal(small.body.tokens_needed, 30_000);
  const enough = await context(70_000);
  assert.equal(enough.body.messages.length, 2);
  assert.equal(enough.body.tokens_used, 60_000);
});
