/** An array of messages as OpenAI takes it. */
import { file } from "../importing.ts";
import { type MadeExport } from "./made_export.ts";

export const openaiArray: MadeExport = {
  format: "openai",
  write: () =>
    file("messages.json", [
      { role: "system", content: "Be brief" },
      { role: "user", content: "one" },
      {
        role: "assistant",
        content: null,
        tool_calls: [{
          id: "k1",
          type: "function",
          function: { name: "look", arguments: "{}" },
        }],
      },
      { role: "tool", tool_call_id: "k1", content: "seen" },
      { role: "assistant", content: "done" },
    ]),
  names: [],
  shown: ["Be brief", "one", "", "seen", "done"],
  paths: [
    "/Be brief",
    "/Be brief/one",
    "/Be brief/one/",
    "/Be brief/one//seen",
    "/Be brief/one//seen/done",
  ],
  firstTime: "",
};
