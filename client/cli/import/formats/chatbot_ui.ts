/** Chatbot UI's export: one document with all conversations, which have no branches, times or ids of messages. */
import { canonical } from "../../json/exact.ts";
import {
  idOf,
  isObject,
  listOf,
  objectOf,
  telling,
  textOf,
  without,
} from "../../json/look.ts";
import { sha256 } from "../../hash.ts";
import {
  eachConversation,
  fault,
  type Format,
  type FormatOutput,
  note,
  type SourceNode,
} from "../model.ts";
import { messageOf } from "./openai.ts";

export const chatbotUi: Format = {
  name: "chatbot-ui",
  recognises: (value) =>
    isObject(value) && "version" in value && Array.isArray(value.history),
  read: (values) =>
    eachConversation(values, (value, where) => {
      const source = objectOf(value);
      const left = ["folders", "prompts"].filter((name) =>
        listOf(source[name]).length > 0
      ).map((name) =>
        note(
          where,
          `Its ${name} are left out, because they are not conversations.`,
        )
      );
      return [
        ...left,
        ...listOf(source.history).map((item, index) =>
          conversation(item, `${where}, conversation ${index + 1}`)
        ),
      ];
    }),
};

function conversation(value: unknown, where: string): FormatOutput {
  const source = objectOf(value);
  const id = idOf(source.id);
  if (id === undefined || !Array.isArray(source.messages)) {
    return fault(where, "It has no id or no messages.");
  }
  const nodes: SourceNode[] = [];
  for (const message of source.messages) {
    const parent = nodes.at(-1)?.id ?? null;
    const { type: _, ...rest } = objectOf(message);
    nodes.push({
      id: sha256(parent ?? "chatbot-ui", canonical(message)),
      parent,
      message: messageOf(rest),
    });
  }
  return {
    id,
    title: textOf(source.name),
    rest: telling(without(source, ["name", "messages"])),
    nodes,
    shown: nodes.at(-1)?.id ?? null,
  };
}
