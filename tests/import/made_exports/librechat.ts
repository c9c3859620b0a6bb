/** LibreChat's exports, as a list and in each other. */
import { file } from "../importing.ts";
import { at, type MadeExport, wire } from "./made_export.ts";

const ROOT = "00000000-0000-0000-0000-000000000000";

const libreMessage = (
  messageId: string,
  parentMessageId: string,
  words: string,
  isCreatedByUser: boolean,
  second: number,
) => ({
  messageId,
  parentMessageId,
  conversationId: "l1",
  sender: isCreatedByUser ? "User" : "GPT",
  text: words,
  isCreatedByUser,
  tokenCount: 5,
  error: false,
  createdAt: new Date(at(second) * 1000).toISOString(),
});

export const librechatFlat: MadeExport = {
  format: "librechat",
  write: () =>
    file("Chat.json", {
      conversationId: "l1",
      endpoint: "openAI",
      title: "Stories",
      exportAt: "12:00:00",
      branches: true,
      recursive: false,
      options: { model: "m", temperature: 1 },
      messages: [
        libreMessage("u1", ROOT, "one", true, 1),
        libreMessage("a1", "u1", "first answer", false, 2),
        libreMessage("a1b", "u1", "second answer", false, 3),
        libreMessage("x1", ROOT, "another start", true, 4),
        libreMessage("x2", "x1", "another answer", false, 5),
      ],
    }),
  names: ["librechat:l1"],
  shown: ["another start", "another answer"],
  paths: [
    "/another start",
    "/another start/another answer",
    "/one",
    "/one/first answer",
    "/one/second answer",
  ],
  firstTime: wire(1),
};

export const librechatRecursive: MadeExport = {
  format: "librechat",
  write: () =>
    file("Chat.json", {
      conversationId: "l2",
      endpoint: "openAI",
      title: "Stories",
      branches: true,
      recursive: true,
      options: { model: "m" },
      messages: [{
        ...libreMessage("u1", ROOT, "one", true, 1),
        children: [
          {
            ...libreMessage("a1", "u1", "first answer", false, 2),
            children: [
              { ...libreMessage("u2", "a1", "two", true, 3), children: [] },
            ],
          },
          {
            ...libreMessage("a1b", "u1", "second answer", false, 4),
            children: [
              {
                ...libreMessage("u3", "a1b", "three", true, 5),
                children: [],
              },
            ],
          },
        ],
      }],
    }),
  names: ["librechat:l2"],
  shown: ["one", "second answer", "three"],
  paths: [
    "/one",
    "/one/first answer",
    "/one/first answer/two",
    "/one/second answer",
    "/one/second answer/three",
  ],
  firstTime: wire(1),
};
