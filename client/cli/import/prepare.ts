/** Makes a conversation ready to be written: its tree in order, its messages as the API takes them, and a digest. */
import { canonical } from "../json/exact.ts";
import { type JsonObject } from "../json/look.ts";
import { sha256 } from "../hash.ts";
import { type Finding, note, type SourceConversation } from "./model.ts";
import {
  bytesOf,
  continuationId,
  fits,
  MOST_BODY_BYTES,
  type Payload,
  payloadOf,
  storable,
  titleOf,
} from "./payload.ts";
import { treeOf } from "./tree.ts";

export interface PreparedMessage extends Payload {
  /** The client_id of the message before it; null at the start. */
  parent: string | null;
  /** Names or ids of its files in the source. */
  files: string[];
  /** The whole message as JSON, if it is larger than a message can be. It becomes a file. */
  attachment?: { name: string; text: string };
}

export interface Prepared {
  /** The continuation id. */
  name: string;
  /** The id in the source, for people. */
  where: string;
  format: string;
  title: string | undefined;
  /** What the source says of the conversation. */
  metadata: JsonObject;
  archived: boolean;
  messages: PreparedMessage[];
  /** The client_id of the last message that the source shows. */
  shown: string | null;
  /** Changes if anything of the above does. */
  digest: string;
  findings: Finding[];
}

export function prepare(
  source: SourceConversation,
  format: string,
): Prepared {
  const where = `conversation ${source.id}`;
  const findings: Finding[] = [];
  const tree = treeOf(source.nodes, source.shown);
  for (const { id, reason } of tree.repairs) {
    findings.push(note(`${where}, message ${id}`, reason));
  }
  let rest: JsonObject = {
    ...source.rest,
    ...(tree.records.length > 0 && { records: tree.records }),
  };
  const full = titleOf(source.title);
  if (source.title !== undefined && full !== source.title) {
    rest.title = source.title;
  }
  const [first] = tree.messages;
  if (!fits(rest) && first !== undefined) {
    // Too much for the conversation's metadata: its first message keeps it.
    first.records.unshift({ conversation: rest });
    rest = {};
  } else if (!fits(rest)) {
    findings.push(
      note(
        where,
        "Its metadata is too large and is left out, since there is no message to keep it.",
      ),
    );
    rest = {};
  }

  const times = new Map<string, string | null>();
  const ids = new Map<string, string>();
  const now = Date.now();
  const messages = tree.messages.map((node): PreparedMessage => {
    const { parent, message } = node;
    let time = message.createdAt ?? null;
    if (time !== null && Date.parse(time) > now) {
      findings.push(note(
        `${where}, message ${node.id}`,
        `Its time ${time} is in the future and is left out.`,
      ));
      time = null;
    }
    // A message without a time was made when the one before it was, as far as one can know.
    time ??= (parent === null ? undefined : times.get(parent)) ??
      pastTime(source.createdAt, now);
    times.set(node.id, time);
    const payload = payloadOf(node, format, time);
    ids.set(node.id, payload.input.client_id);
    for (const reason of payload.changes) {
      findings.push(note(`${where}, message ${node.id}`, reason));
    }
    const place = {
      parent: parent === null ? null : ids.get(parent)!,
      files: message.files ?? [],
    };
    if (payload.bytes <= MOST_BODY_BYTES) return { ...payload, ...place };
    findings.push(note(
      `${where}, message ${node.id}`,
      `It has ${payload.bytes} bytes, more than a message can have. It is kept as a file.`,
    ));
    return { ...placeholder(payload), ...place };
  });
  const prepared = {
    name: continuationId(format, source.id),
    format,
    title: full,
    metadata: storable(rest) as JsonObject,
    archived: source.archived ?? false,
    messages,
    shown: tree.shown === null ? null : ids.get(tree.shown) ?? null,
  };
  return {
    ...prepared,
    where,
    findings,
    digest: sha256(canonical({
      ...prepared,
      messages: messages.map(({ input, parent, files }) => [
        input,
        parent,
        files,
      ]),
    })),
  };
}

/** What stands for a message that is too large. Its digest makes a change in the source a change here. */
function placeholder({ input, bytes }: Payload) {
  const text = JSON.stringify(input);
  const name = `message-${sha256(input.client_id).slice(0, 16)}.json`;
  const short = {
    role: input.role,
    content: `${
      [...(input.content ?? "").slice(0, 10_000)].join("").toWellFormed()
    }\n\n[This message has ${bytes} bytes. All of it is in the file ${name}.]`
      .trim(),
    metadata: { oversize: { name, bytes, sha256: sha256(text) } },
    client_id: input.client_id,
    ...(input.created_at != null && { created_at: input.created_at }),
  };
  return {
    input: short,
    bytes: bytesOf(JSON.stringify(short)),
    values: 20,
    changes: [],
    attachment: { name, text },
  };
}

function pastTime(time: string | null | undefined, now: number): string | null {
  return time != null && Date.parse(time) <= now ? time : null;
}
