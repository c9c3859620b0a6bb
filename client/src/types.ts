/** Requests and answers of the API. The names of their fields are those of the wire. */
import type {
  Conversation,
  File as StoredFile,
  IncomingMessage,
  MemberRole,
  Message,
  Problem,
  SearchAnswer,
} from "./generated/api.ts";

export type {
  AppendAnswer,
  Context,
  Conversation,
  ConversationList,
  DeletedConversation,
  DescribedFile,
  File as StoredFile,
  FileLink,
  FileList,
  Member,
  MemberRole,
  Message,
  MessageRole,
  Page,
  SearchAnswer,
  SignedUrl,
  Stored,
  UnlinkedFile,
} from "./generated/api.ts";

/** A message to append. `parts` may be objects of any provider's or framework's types. */
export type MessageInput =
  & Omit<IncomingMessage, "parts">
  & { parts?: readonly object[] | null | undefined };

/** A search hit: a message, or a conversation whose title matches. */
export type SearchHit = SearchAnswer["hits"][number];

/** One broken rule; `pointer` is an RFC 6901 JSON pointer into the request. */
export type FieldError = NonNullable<Problem["errors"]>[number];

/** A code of the API's own problems. */
export type ProblemCode = Problem["code"];

/** A line of an export. The last one is of type `end`. */
export type ExportLine =
  | { type: "conversation" } & Conversation
  | { type: "message" } & Message
  | { type: "file" } & StoredFile
  | { type: "end"; messages: number; files: number };

/** Where the live line of a followed conversation ends, and how long its log is. */
export interface Head {
  head_position: number;
  last_seq: number;
}

/** A line of messages that no other line goes on from. */
export interface Branch {
  /** Its last position: what `update({ headPosition })` takes. */
  head_position: number;
  /** The last position that it shares with the live line; its own end if it is the live line. */
  fork_position: number;
  is_live: boolean;
  /** The newest message at its last position. */
  last_message: Message;
}

/** What a call can be told besides its arguments. */
export interface CallOptions {
  /** Ends the call at once, retries included; it then throws the signal's reason. */
  signal?: AbortSignal | undefined;
}

export type Bucket = StoredFile["bucket"];
export type InvitedRole = MemberRole;
