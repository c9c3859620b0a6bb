/** ChatGPT's conversations.json. */
import { file } from "../importing.ts";
import { at, type MadeExport } from "./made_export.ts";

const chatMessage = (
  id: string,
  role: string,
  content: Record<string, unknown>,
  second: number | null,
  rest: Record<string, unknown> = {},
) => ({
  id,
  author: { role, name: null, metadata: {} },
  create_time: second === null ? null : at(second) + 0.25,
  update_time: null,
  content,
  status: "finished_successfully",
  end_turn: null,
  weight: 1.0,
  metadata: {},
  recipient: "all",
  channel: null,
  ...rest,
});

const text = (...parts: string[]) => ({ content_type: "text", parts });

export function chatgptConversation() {
  const nodes: [
    string,
    string | null,
    ReturnType<typeof chatMessage> | null,
  ][] = [
    ["root", null, null],
    [
      "hidden",
      "root",
      chatMessage(
        "hidden",
        "user",
        {
          content_type: "user_editable_context",
          user_profile: "I grow bees",
          user_instructions: "Be brief",
        },
        null,
        {
          weight: 0,
          metadata: { is_visually_hidden_from_conversation: true },
        },
      ),
    ],
    ["u1", "hidden", chatMessage("u1", "user", text("one"), 1)],
    ["a1", "u1", chatMessage("a1", "assistant", text("first answer"), 2)],
    ["a1b", "u1", chatMessage("a1b", "assistant", text("second answer"), 3)],
    ["u2", "a1b", chatMessage("u2", "user", text("two"), 4)],
    [
      "code",
      "u2",
      chatMessage(
        "code",
        "assistant",
        {
          content_type: "code",
          language: "python",
          text: "print(2)",
        },
        5,
        { recipient: "python" },
      ),
    ],
    [
      "run",
      "code",
      chatMessage("run", "tool", {
        content_type: "execution_output",
        text: "2",
      }, 6),
    ],
    [
      "a2",
      "run",
      chatMessage("a2", "assistant", {
        content_type: "multimodal_text",
        parts: [
          "Here it is",
          {
            content_type: "image_asset_pointer",
            asset_pointer: "file-service://file-abcdefghij0123456789",
            width: 1,
          },
        ],
      }, 7),
    ],
    ["u2b", "a1", chatMessage("u2b", "user", text("after the first"), 8)],
  ];
  return {
    title: "Bees",
    create_time: at(0) + 0.125,
    update_time: at(9),
    mapping: Object.fromEntries(nodes.map(([id, parent, message]) => [id, {
      id,
      message,
      parent,
      children: nodes.filter(([, of]) => of === id).map(([child]) => child),
    }])),
    moderation_results: [],
    current_node: "a2",
    conversation_id: "bees",
    is_archived: false,
    id: "bees",
  };
}

const CONTEXT = "I grow bees\nBe brief";

export const chatgpt: MadeExport = {
  format: "chatgpt",
  write: () =>
    file("conversations.json", [
      chatgptConversation(),
      {
        ...chatgptConversation(),
        title: "Archived",
        conversation_id: "archived",
        is_archived: true,
        current_node: "u1",
      },
    ]),
  names: ["chatgpt:archived", "chatgpt:bees"],
  shown: [
    CONTEXT,
    "one",
    "second answer",
    "two",
    "print(2)",
    "2",
    "Here it is",
  ],
  paths: [
    `/${CONTEXT}`,
    `/${CONTEXT}/one`,
    `/${CONTEXT}/one/first answer`,
    `/${CONTEXT}/one/first answer/after the first`,
    `/${CONTEXT}/one/second answer`,
    `/${CONTEXT}/one/second answer/two`,
    `/${CONTEXT}/one/second answer/two/print(2)`,
    `/${CONTEXT}/one/second answer/two/print(2)/2`,
    `/${CONTEXT}/one/second answer/two/print(2)/2/Here it is`,
  ],
  firstTime: "2025-10-09T08:53:20.125+00:00",
};
