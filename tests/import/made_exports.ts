/** Exports of every kind, made here in the shapes that the systems write, each with branches. */
import { file, jsonl } from "./importing.ts";

export interface MadeExport {
  format: string;
  /** Writes it to disk and returns the path. */
  write(): Promise<string>;
  /** The continuation ids that it becomes. */
  names: string[];
  /** Of the first: the texts of the branch that is shown. */
  shown: string[];
  /** Of the first: every message with all before it. */
  paths: string[];
  /** Of the first: the time of the first message that has one. */
  firstTime: string;
}

const at = (second: number) => 1_760_000_000 + second;
const iso = (second: number) =>
  new Date(at(second) * 1000).toISOString().replace("Z", "+00:00");
/** As the API writes times. */
const wire = (second: number) => iso(second).replace(/\.000\+/, "+");

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
