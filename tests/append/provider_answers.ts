/**
 * Answers of models and tools as the big providers and frameworks write them, as JSON text: with the
 * spellings of numbers, escapes, repeated members and white space that a parser would not keep.
 */

/** Numbers in [0, 1) that are the same in every run. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

const numbers = [
  "0",
  "-0",
  "-0.0",
  "1.0",
  "0.10",
  "1e2",
  "1E+2",
  "100e-2",
  "9007199254740993",
  "1764066560123456789",
  "123456789012345678901234567890",
  "3.141592653589793238462643383279",
  "1.7976931348623157e308",
  "1e400",
  "-1E400",
  "1e-400",
  "1e99999",
  "8".repeat(700),
  "0." + "3".repeat(700),
];

const strings = [
  "",
  "plain",
  "\\/usr\\/bin",
  "\\u003cscript\\u003e",
  "<b>&amp;",
  "caf\\u00e9",
  "café",
  "cafe\u0301",
  "\\ud83d\\ude00",
  "😀👨‍👩‍👧‍👦",
  "tab\\tnewline\\n\\u000a",
  "\\u0001\\u001f\\u007f",
  '{\\"path\\": \\"a.ts\\", \\"n\\": 1.0, \\"e\\": 1e99999}',
  "back\\\\slash \\\\u0000",
  "शिक्षा 漢字 עברית",
];

const names = [
  "path",
  "content",
  "mode",
  "10",
  "2",
  "1",
  "__proto__",
  "constructor",
  "",
  "\\u0061",
  "a",
  "\\/",
  "é",
];

/** Writes JSON text member by member, so that nothing is decided by a serialiser. */
class Writer {
  constructor(private readonly random: () => number) {}

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random() * items.length)] as T;
  }

  /** Nothing, or some of JSON's white space. */
  space(): string {
    return this.pick(["", "", "", " ", "\n  ", "\t", " \r\n "]);
  }

  object(members: [name: string, value: string][]): string {
    const texts = members.map(([name, value]) =>
      `${this.space()}"${name}"${this.space()}:${this.space()}${value}`
    );
    return `{${texts.join(this.space() + ",")}${this.space()}}`;
  }

  array(items: string[]): string {
    return `[${this.space()}${items.join(`,${this.space()}`)}${this.space()}]`;
  }

  /** The members in some order. */
  shuffled(members: [string, string][]): [string, string][] {
    return members.map((member) => ({ member, at: this.random() }))
      .sort((a, b) => a.at - b.at).map(({ member }) => member);
  }

  /** What a model passes to a tool: members of any name, some of them twice. */
  input(depth = 0): string {
    const count = Math.floor(this.random() * 6);
    const members = Array.from(
      { length: count },
      (): [string, string] => [this.pick(names), this.value(depth + 1)],
    );
    const again = members[0];
    if (again && this.random() < 0.5) {
      members.push([again[0], this.value(depth + 1)]);
    }
    return this.object(members);
  }

  value(depth: number): string {
    const roll = this.random();
    if (roll < 0.35) return this.pick(numbers);
    if (roll < 0.7) return `"${this.pick(strings)}"`;
    if (roll < 0.8) return this.pick(["true", "false", "null", "[]", "{}"]);
    if (depth > 4) return "null";
    return roll < 0.9
      ? this.array([this.value(depth + 1), this.value(depth + 1)])
      : this.input(depth);
  }

  text(): string {
    return `"${this.pick(strings)}"`;
  }
}

type Part = (w: Writer, id: string) => string[];

const quoted = (text: string) => JSON.stringify(text);

/** The parts of one message in each dialect; `id` tells a message from all others. */
const dialects: Record<string, Part> = {
  "OpenAI chat": (w, id) => [
    w.object(w.shuffled([
      ["id", quoted(id)],
      ["type", '"function"'],
      [
        "function",
        w.object(w.shuffled([
          ["name", '"write_file"'],
          ["arguments", w.text()],
        ])),
      ],
      ["index", w.pick(numbers)],
    ])),
  ],
  "OpenAI Responses": (w, id) => [
    w.object(w.shuffled([
      ["type", '"reasoning"'],
      ["summary", "[]"],
      ["encrypted_content", quoted("gAAAA\\/+" + id)],
    ])),
    w.object(w.shuffled([
      ["type", '"function_call"'],
      ["call_id", quoted(id)],
      ["name", '"search"'],
      ["arguments", w.text()],
      ["logprobs", w.array([w.pick(numbers), w.pick(numbers)])],
    ])),
  ],
  "Anthropic": (w, id) => [
    w.object([
      ["type", '"thinking"'],
      ["thinking", w.text()],
      ["signature", quoted(`EqQB+/${id}==`)],
    ]),
    w.object(w.shuffled([
      ["type", '"tool_use"'],
      ["id", quoted(id)],
      ["name", '"edit"'],
      ["input", w.input()],
    ])),
  ],
  "Gemini": (w, id) => [
    w.object(w.shuffled([
      [
        "functionCall",
        w.object([["id", quoted(id)], ["name", '"f"'], ["args", w.input()]]),
      ],
      ["thoughtSignature", quoted(id + "/+=")],
    ])),
  ],
  "Bedrock": (w, id) => [
    w.object([[
      "toolUse",
      w.object(w.shuffled([
        ["toolUseId", quoted(id)],
        ["name", '"f"'],
        ["input", w.input()],
      ])),
    ]]),
    w.object([["cachePoint", w.object([["type", '"default"']])]]),
  ],
  "AI SDK": (w, id) => [
    w.object([["type", '"step-start"']]),
    w.object(w.shuffled([
      ["type", '"tool-getWeather"'],
      ["toolCallId", quoted(id)],
      ["state", '"output-available"'],
      ["input", w.input()],
      ["output", w.value(0)],
    ])),
  ],
  "LangChain": (w, id) => [
    w.object(w.shuffled([
      ["type", '"tool_call"'],
      ["id", quoted(id)],
      ["name", '"f"'],
      ["args", w.input()],
    ])),
    w.object([
      ["type", '"invalid_tool_call"'],
      ["error", "null"],
      ["args", w.text()],
    ]),
  ],
  "MCP": (w, id) => [
    w.object(w.shuffled([
      ["jsonrpc", '"2.0"'],
      ["id", quoted(id)],
      [
        "result",
        w.object(w.shuffled([
          [
            "content",
            w.array([w.object([["type", '"text"'], ["text", w.text()]])]),
          ],
          ["structuredContent", w.input()],
          ["isError", "false"],
        ])),
      ],
    ])),
  ],
  "Codex": (w, id) => [
    w.object(w.shuffled([
      ["type", '"local_shell_call"'],
      ["call_id", quoted(id)],
      [
        "action",
        w.object([
          ["type", '"exec"'],
          ["command", w.array(['"bash"', '"-lc"', w.text()])],
          ["timeout_ms", w.pick(numbers)],
          ["env", w.input()],
        ]),
      ],
    ])),
  ],
};

/** An answer: its dialect, and the text of its parts. */
export interface ProviderAnswer {
  dialect: string;
  parts: string;
}

/** `count` answers, the dialects in turn, the same for the same seed but for their ids. */
export function providerAnswers(count: number, seed = 1): ProviderAnswer[] {
  const writer = new Writer(seeded(seed));
  const all = Object.entries(dialects);
  return Array.from({ length: count }, (_, index) => {
    const [dialect, write] = all[index % all.length]!;
    const id = `call_${index}_${crypto.randomUUID()}`;
    return { dialect, parts: writer.array(write(writer, id)) };
  });
}
