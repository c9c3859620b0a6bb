/** Chatbot UI's export, which has no branches. */
import { file } from "../importing.ts";
import { type MadeExport } from "./made_export.ts";

export const chatbotUi: MadeExport = {
  format: "chatbot-ui",
  write: () =>
    file("chatbot-ui.json", {
      version: 4,
      history: [{
        id: "h1",
        name: "Hello",
        messages: [
          { role: "user", type: "text", content: "one" },
          { role: "assistant", type: "text", content: "two" },
          { role: "user", type: "text", content: "one" },
        ],
        model: { id: "m" },
        prompt: "Be brief",
        folderId: null,
      }],
      folders: [],
      prompts: [],
    }),
  names: ["chatbot-ui:h1"],
  shown: ["one", "two", "one"],
  paths: ["/one", "/one/two", "/one/two/one"],
  firstTime: "",
};
