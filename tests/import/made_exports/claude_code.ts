/** A session file of Claude Code. */
import { file, jsonl } from "../importing.ts";
import { at, type MadeExport, wire } from "./made_export.ts";

const SESSION = "5e551000-0000-4000-8000-000000000001";

const entry = (
  uuid: string,
  parentUuid: string | null,
  type: string,
  content: unknown,
  second: number,
  rest: Record<string, unknown> = {},
) => ({
  parentUuid,
  isSidechain: false,
  cwd: "/home/ann/app",
  sessionId: SESSION,
  version: "2.1.0",
  type,
  message: { role: type, content },
  uuid,
  timestamp: new Date(at(second) * 1000).toISOString(),
  ...rest,
});

export const claudeCode: MadeExport = {
  format: "claude-code",
  write: () =>
    file(
      `${SESSION}.jsonl`,
      jsonl([
        { type: "summary", summary: "Fix the build", leafUuid: "a2" },
        {
          type: "file-history-snapshot",
          messageId: "u1",
          snapshot: { messageId: "u1", trackedFileBackups: {} },
        },
        entry("u1", null, "user", "one", 1),
        entry("a1", "u1", "assistant", [
          { type: "text", text: "first answer" },
          {
            type: "tool_use",
            id: "t1",
            name: "Bash",
            input: { command: "ls" },
          },
        ], 2),
        entry("r1", "a1", "user", [
          { type: "tool_result", tool_use_id: "t1", content: "a.ts" },
        ], 3),
        entry("side", null, "user", "a subagent's task", 4, {
          isSidechain: true,
        }),
        entry("s1", "r1", "system", "", 5, { subtype: "turn_duration" }),
        entry("u2", "u1", "user", "another way", 6),
        entry("a2", "u2", "assistant", [{ type: "text", text: "done" }], 7),
      ]),
    ),
  names: [],
  shown: ["one", "another way", "done"],
  paths: [
    "/a subagent's task",
    "/one",
    "/one/another way",
    "/one/another way/done",
    "/one/first answer",
    "/one/first answer/a.ts",
  ],
  firstTime: wire(4),
};
