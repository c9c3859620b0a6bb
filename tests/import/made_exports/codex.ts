/** A session file of Codex. */
import { file, jsonl } from "../importing.ts";
import { at, iso, type MadeExport, wire } from "./made_export.ts";

const line = (
  type: string,
  payload: Record<string, unknown>,
  second: number,
) => ({ timestamp: new Date(at(second) * 1000).toISOString(), type, payload });

const item = (role: string, words: string) => ({
  type: "message",
  role,
  content: [{
    type: role === "assistant" ? "output_text" : "input_text",
    text: words,
  }],
});

export const codex: MadeExport = {
  format: "codex",
  write: () =>
    file(
      "rollout-2026-01-02T03-04-05-c0dec000-0000-4000-8000-000000000001.jsonl",
      jsonl([
        line("session_meta", {
          id: "c0dec000-0000-4000-8000-000000000001",
          timestamp: iso(0),
          cwd: "/home/ann/app",
          instructions: null,
        }, 0),
        line("response_item", item("user", "one"), 1),
        line("event_msg", { type: "user_message", message: "one" }, 1),
        line("turn_context", { cwd: "/home/ann/app", model: "m" }, 2),
        line("event_msg", { type: "agent_reasoning", text: "hm" }, 2),
        line("response_item", {
          type: "reasoning",
          summary: [{ type: "summary_text", text: "hm" }],
          encrypted_content: "xyz",
        }, 2),
        line("response_item", {
          type: "function_call",
          name: "shell",
          arguments: '{"command":["ls"]}',
          call_id: "k1",
        }, 3),
        line("response_item", {
          type: "function_call_output",
          call_id: "k1",
          output: "a.ts",
        }, 4),
        line("event_msg", { type: "token_count", info: null }, 4),
        line("event_msg", { type: "agent_message", message: "done" }, 5),
        line("response_item", item("assistant", "done"), 5),
      ]),
    ),
  names: ["codex:c0dec000-0000-4000-8000-000000000001"],
  shown: ["one", "hm", "", "a.ts", "done"],
  paths: [
    "/one",
    "/one/hm",
    "/one/hm/",
    "/one/hm//a.ts",
    "/one/hm//a.ts/done",
  ],
  firstTime: wire(1),
};
