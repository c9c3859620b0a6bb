/** Tool calls and results as providers and frameworks write them. */
import type { Draft } from "../support/http.ts";

type Part = Record<string, unknown>;

/** How one provider or framework says "this calls the tool" and "this is its result". */
export interface Dialect {
  name: string;
  /** The roles of messages that hold results. */
  resultRoles: ("user" | "assistant" | "tool")[];
  /** Parts that make a call, one for each way of saying it. */
  call: (id: string) => Part[];
  result: (id: string) => Part[];
}

const chatCall = (id: string) => ({
  id,
  type: "function",
  function: { name: "look", arguments: '{"at":"x"}' },
});

export const dialects: Dialect[] = [
  {
    name: "OpenAI chat",
    resultRoles: ["tool"],
    call: (id) => [
      chatCall(id),
      { role: "assistant", content: null, tool_calls: [chatCall(id)] },
      { id, type: "custom", custom: { name: "look", input: "x" } },
    ],
    result: (id) => [
      { type: "tool_result", tool_call_id: id },
      { role: "tool", tool_call_id: id, content: "seen" },
    ],
  },
  {
    name: "OpenAI Responses",
    resultRoles: ["tool", "assistant"],
    call: (id) => [
      {
        type: "function_call",
        id: `fc_${id}`,
        call_id: id,
        name: "look",
        arguments: "{}",
      },
      { type: "custom_tool_call", call_id: id, name: "look", input: "x" },
      { type: "computer_call", call_id: id, action: { type: "screenshot" } },
      { type: "apply_patch_call", call_id: id, operation: { diff: "" } },
    ],
    result: (id) => [
      { type: "function_call_output", call_id: id, output: "seen" },
      { type: "custom_tool_call_output", call_id: id, output: "seen" },
      {
        type: "computer_call_output",
        call_id: id,
        output: { type: "computer_screenshot", file_id: "file-1" },
      },
      { type: "apply_patch_call_output", call_id: id, status: "completed" },
    ],
  },
  {
    name: "Codex",
    resultRoles: ["tool"],
    call: (id) => [
      {
        type: "local_shell_call",
        call_id: id,
        status: "completed",
        action: { type: "exec", command: ["ls"] },
      },
      {
        type: "response_item",
        payload: {
          type: "function_call",
          name: "shell",
          arguments: "{}",
          call_id: id,
        },
      },
    ],
    result: (id) => [
      { type: "function_call_output", call_id: id, output: "seen" },
      { type: "local_shell_call_output", id, output: "seen" },
      {
        type: "response_item",
        payload: { type: "custom_tool_call_output", call_id: id, output: "" },
      },
    ],
  },
  {
    name: "Anthropic",
    resultRoles: ["user"],
    call: (id) => [
      { type: "tool_use", id, name: "look", input: {} },
      { type: "server_tool_use", id, name: "web_search", input: {} },
      { type: "mcp_tool_use", id, name: "look", server_name: "s", input: {} },
    ],
    result: (id) => [
      { type: "tool_result", tool_use_id: id },
      {
        type: "tool_result",
        tool_use_id: id,
        content: [{ type: "text", text: "seen" }],
      },
      { type: "web_search_tool_result", tool_use_id: id, content: [] },
    ],
  },
  {
    name: "Gemini",
    resultRoles: ["user"],
    call: (id) => [
      { functionCall: { name: id, args: { at: "x" } }, thoughtSignature: "eA" },
      { function_call: { name: id, args: {} } },
    ],
    result: (id) => [
      { functionResponse: { name: id, response: { output: "seen" } } },
      { function_response: { name: id, response: {} } },
    ],
  },
  {
    name: "Gemini with ids",
    resultRoles: ["user"],
    call: (id) => [{ functionCall: { id, name: `look-${id}`, args: {} } }],
    result: (id) => [
      { functionResponse: { id, name: `look-${id}`, response: {} } },
    ],
  },
  {
    name: "Bedrock",
    resultRoles: ["user"],
    call: (id) => [
      { toolUse: { toolUseId: id, name: "look", input: { at: "x" } } },
    ],
    result: (id) => [
      { toolResult: { toolUseId: id, content: [{ json: { seen: true } }] } },
      { toolResult: { toolUseId: id, content: [], status: "error" } },
    ],
  },
  {
    name: "AI SDK messages",
    resultRoles: ["tool"],
    call: (id) => [
      { type: "tool-call", toolCallId: id, toolName: "look", input: {} },
      { type: "tool-call", toolCallId: id, toolName: "look", args: {} },
      { type: "tool-look", toolCallId: id, state: "input-available", input: 1 },
      { type: "tool-look", toolCallId: id, state: "input-streaming" },
      {
        type: "dynamic-tool",
        toolName: "result",
        toolCallId: id,
        state: "approval-requested",
        approval: { id: `approve-${id}` },
      },
    ],
    result: (id) => [
      {
        type: "tool-result",
        toolCallId: id,
        toolName: "look",
        output: { type: "text", value: "seen" },
      },
      { type: "tool-result", toolCallId: id, toolName: "look", result: "seen" },
      { type: "tool-result", toolCallId: id, input: {}, output: "seen" },
    ],
  },
  {
    name: "LangChain",
    resultRoles: ["tool"],
    call: (id) => [
      { type: "tool_call", id, name: "look", args: {} },
      { type: "invalid_tool_call", id, name: "look", args: "{", error: "bad" },
      {
        type: "constructor",
        id: ["langchain_core", "messages", "AIMessage"],
        kwargs: {
          content: "",
          tool_calls: [{ type: "tool_call", id, name: "look", args: {} }],
        },
      },
      {
        content: "",
        invalid_tool_calls: [{ id, name: "look", args: "{", error: "bad" }],
      },
    ],
    result: (id) => [
      { type: "tool", tool_call_id: id, content: "seen", status: "success" },
      {
        type: "constructor",
        id: ["langchain_core", "messages", "ToolMessage"],
        kwargs: { content: "bad arguments", tool_call_id: id, status: "error" },
      },
    ],
  },
  {
    name: "Goose",
    resultRoles: ["user"],
    call: (id) => [{
      type: "toolRequest",
      id,
      toolCall: { status: "success", value: { name: "look", arguments: {} } },
    }],
    result: (id) => [{
      type: "toolResponse",
      id,
      toolResult: { status: "success", value: [{ type: "text", text: "x" }] },
    }],
  },
  {
    name: "Haystack",
    resultRoles: ["tool", "user"],
    call: (id) => [{ tool_call: { id, tool_name: "look", arguments: {} } }],
    result: (id) => [{
      tool_call_result: {
        result: "seen",
        origin: { id, tool_name: "look", arguments: {} },
        error: false,
      },
    }],
  },
  {
    name: "CopilotKit",
    resultRoles: ["user"],
    call: (id) => [
      { type: "ActionExecutionMessage", id, name: "look", arguments: {} },
    ],
    result: (id) => [{
      type: "ResultMessage",
      actionExecutionId: id,
      actionName: "look",
      result: "seen",
    }],
  },
  {
    name: "Semantic Kernel",
    resultRoles: ["tool", "user"],
    call: (id) => [{
      $type: "FunctionCallContent",
      Id: id,
      FunctionName: "look",
      Arguments: {},
    }],
    result: (id) => [
      { $type: "FunctionResultContent", CallId: id, Result: "seen" },
    ],
  },
  {
    name: "MCP",
    resultRoles: ["user"],
    call: (id) => [
      { type: "tool_use", id, name: "look", input: {} },
      {
        jsonrpc: "2.0",
        id,
        method: "tools/call",
        params: { name: "look", arguments: {} },
      },
    ],
    result: (id) => [
      {
        type: "tool_result",
        toolUseId: id,
        content: [{ type: "text", text: "seen" }],
      },
      { jsonrpc: "2.0", id, result: { content: [] } },
      { jsonrpc: "2.0", id, error: { code: -32603, message: "broken" } },
    ],
  },
];

/** Parts that call and are answered in one, which need no other message. */
export const bothInOne = (id: string): Part[] => [
  {
    type: "tool-look",
    toolCallId: id,
    state: "output-available",
    input: { at: "x" },
    output: { seen: true },
  },
  {
    type: "dynamic-tool",
    toolName: "look",
    toolCallId: id,
    state: "output-error",
    input: {},
    errorText: "broken",
  },
  {
    type: "tool-invocation",
    toolInvocation: {
      state: "result",
      toolCallId: id,
      toolName: "look",
      args: {},
      result: 1,
    },
  },
  { type: "mcp_call", id, name: "look", arguments: "{}", output: "seen" },
  {
    type: "tool",
    callID: id,
    tool: "look",
    state: { status: "completed", input: {}, output: "seen" },
  },
];

/** A message that holds `parts` alone. */
export const holding = (role: string, ...parts: Part[]): Draft => ({
  role,
  parts,
});
