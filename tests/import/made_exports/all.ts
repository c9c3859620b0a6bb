/** Exports of every kind, made here in the shapes that the systems write, each with branches. */
import { chatbotUi } from "./chatbot_ui.ts";
import { chatgpt } from "./chatgpt.ts";
import { claudeAi } from "./claude_ai.ts";
import { claudeCode } from "./claude_code.ts";
import { codex } from "./codex.ts";
import { librechatFlat, librechatRecursive } from "./librechat.ts";
import type { MadeExport } from "./made_export.ts";
import { openaiArray } from "./openai.ts";
import { openWebui } from "./open_webui.ts";

export const ALL: Record<string, MadeExport> = {
  "ChatGPT": chatgpt,
  "Claude.ai": claudeAi,
  "Claude Code": claudeCode,
  "Codex": codex,
  "LibreChat, a list": librechatFlat,
  "LibreChat, in each other": librechatRecursive,
  "Open WebUI": openWebui,
  "Chatbot UI": chatbotUi,
  "an array of OpenAI messages": openaiArray,
};
