/**
 * Ids as OpenAI writes them: a prefix that says of what, and the 32 hexadecimal digits of a UUID. Both directions
 * are a matter of spelling, so an id is the same in every answer and needs no table.
 */
import { Problem } from "../_shared/problems/problem.ts";

const PREFIXED =
  /^[a-z_]+[_-]([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What ids of items begin with, by the type of the item. */
const ITEM_PREFIXES = new Map(Object.entries({
  message: "msg",
  function_call: "fc",
  function_call_output: "fco",
  reasoning: "rs",
  file_search_call: "fs",
  web_search_call: "ws",
  image_generation_call: "ig",
  computer_call: "cu",
  computer_call_output: "cuo",
  code_interpreter_call: "ci",
  local_shell_call: "lsh",
  shell_call: "sh",
  mcp_list_tools: "mcpl",
  mcp_approval_request: "mcpr",
  mcp_approval_response: "mcpa",
  mcp_call: "mcp",
  custom_tool_call: "ctc",
  custom_tool_call_output: "ctco",
}));

export function conversationId(uuid: string): string {
  return prefixed("conv_", uuid);
}

export function fileId(uuid: string): string {
  return prefixed("file-", uuid);
}

export function itemId(type: string, uuid: string): string {
  return prefixed(`${ITEM_PREFIXES.get(type) ?? "item"}_`, uuid);
}

function prefixed(prefix: string, uuid: string): string {
  return prefix + uuid.replaceAll("-", "");
}

/** What the database knows by an id: the UUID in it, or else the id itself, which is a name that a client gave. */
export function nameOf(id: string): string {
  const [, ...groups] = PREFIXED.exec(id) ?? [];
  return groups.length > 0 ? groups.join("-") : id;
}

/** @throws {Problem} `not_found` for an id that no file can have. */
export function fileUuid(id: string): string {
  const uuid = nameOf(id);
  if (!isUuid(uuid)) throw new Problem("not_found");
  return uuid;
}

export function isUuid(value: string): boolean {
  return UUID.test(value);
}
