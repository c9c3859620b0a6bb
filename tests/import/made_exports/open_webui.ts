/** Open WebUI's exported chats. */
import { file } from "../importing.ts";
import { at, type MadeExport, wire } from "./made_export.ts";

const webuiMessage = (
  id: string,
  parentId: string | null,
  childrenIds: string[],
  role: string,
  content: string,
  second: number,
  rest: Record<string, unknown> = {},
) => ({
  id,
  parentId,
  childrenIds,
  role,
  content,
  timestamp: at(second),
  ...rest,
});

export const openWebui: MadeExport = {
  format: "open-webui",
  write: () =>
    file("chat-export.json", [{
      id: "w1",
      user_id: "me",
      title: "Sums",
      chat: {
        title: "Sums",
        models: ["m"],
        history: {
          currentId: "a1",
          messages: {
            u1: webuiMessage("u1", null, ["a1", "a1b"], "user", "one", 1),
            a1: webuiMessage(
              "a1",
              "u1",
              ["u2"],
              "assistant",
              '<details type="reasoning">hm</details>first answer',
              2,
              {
                output: [{
                  type: "reasoning",
                  content: [{ type: "output_text", text: "hm" }],
                }],
              },
            ),
            u2: webuiMessage("u2", "a1", [], "user", "beyond what is shown", 3),
            a1b: webuiMessage("a1b", "u1", [], "assistant", "second answer", 4),
          },
        },
      },
      created_at: at(0),
      updated_at: at(9),
      archived: false,
      pinned: true,
      meta: { tags: ["sums"] },
    }]),
  names: ["open-webui:w1"],
  shown: ["one", '<details type="reasoning">hm</details>first answer'],
  paths: [
    "/one",
    '/one/<details type="reasoning">hm</details>first answer',
    '/one/<details type="reasoning">hm</details>first answer/beyond what is shown',
    "/one/second answer",
  ],
  firstTime: wire(1),
};
