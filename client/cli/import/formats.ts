/** All formats, and which of them a file is. */
import type { Format } from "./model.ts";
import { valuesOf } from "../json/values.ts";
import type { Entry } from "./entries.ts";
import { chatbotUi } from "./formats/chatbot_ui.ts";
import { chatgpt } from "./formats/chatgpt.ts";
import { claudeAi } from "./formats/claude_ai.ts";
import { claudeCode } from "./formats/claude_code.ts";
import { codex } from "./formats/codex.ts";
import { isExport } from "./formats/continuum.ts";
import { librechat } from "./formats/librechat.ts";
import { openWebui } from "./formats/open_webui.ts";
import { openai } from "./formats/openai.ts";

/** Our own export is no {@link Format}: it is repeated and not mapped. */
export const CONTINUUM = "continuum";

/** The most particular come first: messages of OpenAI's are in many things. */
export const FORMATS: Format[] = [
  chatgpt,
  claudeAi,
  openWebui,
  librechat,
  chatbotUi,
  codex,
  claudeCode,
  openai,
];

/** How many values of a file are looked at, and how many of its bytes. */
const LOOK_VALUES = 50;
const LOOK_BYTES = 8 * 1024 * 1024;
/** A document that is one conversation is looked at whole, up to this size. */
const MOST_BYTES = 256 * 1024 * 1024;

export function isJsonl(path: string): boolean {
  return /\.(jsonl|ndjson)$/i.test(path);
}

/** The format of a file by its content; null if it is none of ours. */
export async function recognise(
  entry: Entry,
): Promise<Format | typeof CONTINUUM | null> {
  if (!await mayBeJson(entry)) return null;
  let seen = 0;
  let bytes = 0;
  const start = async function* () {
    for await (const piece of entry.open()) {
      yield piece;
      bytes += piece.length;
      if (bytes > MOST_BYTES) return;
    }
  };
  for await (
    const reading of valuesOf(start(), { asLines: isJsonl(entry.path) })
  ) {
    if ("value" in reading) {
      const { value } = reading;
      if (isExport(value)) return CONTINUUM;
      const format = FORMATS.find(({ recognises }) => recognises(value));
      if (format !== undefined) return format;
    }
    if (++seen >= LOOK_VALUES || bytes > LOOK_BYTES) break;
  }
  return null;
}

/** Whether the first character is one that JSON of ours begins with. */
async function mayBeJson(entry: Entry): Promise<boolean> {
  for await (const piece of entry.open()) {
    const text = new TextDecoder().decode(piece.subarray(0, 4096)).trimStart();
    if (text !== "") return /^[[{]/.test(text);
  }
  return false;
}
