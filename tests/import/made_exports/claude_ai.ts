/** Claude.ai's conversations.json. */
import { file } from "../importing.ts";
import { iso, type MadeExport, wire } from "./made_export.ts";

const claudeMessage = (
  uuid: string,
  parent: string,
  sender: string,
  words: string,
  second: number,
  rest: Record<string, unknown> = {},
) => ({
  uuid,
  text: words,
  content: [{ type: "text", text: words, citations: [] }],
  sender,
  created_at: iso(second),
  updated_at: iso(second),
  attachments: [],
  files: [],
  parent_message_uuid: parent,
  ...rest,
});

const START = "00000000-0000-4000-8000-000000000000";

export const claudeAi: MadeExport = {
  format: "claude-ai",
  write: () =>
    file("conversations.json", [{
      uuid: "c1",
      name: "Maps",
      summary: "",
      created_at: iso(0),
      updated_at: iso(9),
      account: { uuid: "me" },
      // The order mixes the branches.
      chat_messages: [
        claudeMessage("u1", START, "human", "one", 1, {
          attachments: [{
            file_name: "map.txt",
            file_size: 5,
            file_type: "txt",
            extracted_content: "a map",
          }],
        }),
        claudeMessage("u2", "a1b", "human", "two", 5),
        claudeMessage("a1", "u1", "assistant", "first answer", 2),
        claudeMessage("a2", "u2", "assistant", "", 6, {
          content: [
            { type: "thinking", thinking: "hm" },
            { type: "text", text: "the end" },
          ],
        }),
        claudeMessage("a1b", "u1", "assistant", "second answer", 3),
      ],
    }]),
  names: ["claude-ai:c1"],
  shown: ["one", "second answer", "two", "the end"],
  paths: [
    "/one",
    "/one/first answer",
    "/one/second answer",
    "/one/second answer/two",
    "/one/second answer/two/the end",
  ],
  firstTime: wire(1),
};
