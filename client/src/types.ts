/** The API's requests and responses. Their fields have the API's names. */
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
  Follow as FollowAnswer,
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

/** A message to append. `parts` may have the types of any provider or framework. */
export type MessageInput =
  & Omit<IncomingMessage, "parts">
  & { parts?: readonly object[] | null | undefined };

/** A search hit: a message, or a conversation whose title matches. */
export type SearchHit = SearchAnswer["hits"][number];

/** A rule that a request has broken. `pointer` is a JSON pointer (RFC 6901) into the request. */
export type FieldError = NonNullable<Problem["errors"]>[number];

/** A problem code of the API. */
export type ProblemCode = Problem["code"];

/** A line of an export. The last line has the type `end`. */
export type ExportLine =
  | { type: "conversation" } & Conversation
  | { type: "message" } & Message
  | { type: "file" } & StoredFile
  | { type: "end"; messages: number; files: number };

/** The last position of the live line, and the last seq of the log. */
export interface Head {
  head_position: number;
  last_seq: number;
}

/** A branch of a conversation. */
export interface Branch {
  /** Its last position. `update({ headPosition })` switches to it. */
  head_position: number;
  /** The last position that it has in common with the live line. */
  fork_position: number;
  is_live: boolean;
  /** The newest message at its last position. */
  last_message: Message;
}

/** Options of every call. */
export interface CallOptions {
  /** Ends the call at once, also between retries. The call then throws the signal's reason. */
  signal?: AbortSignal | undefined;
}

export type Bucket = StoredFile["bucket"];
export type InvitedRole = MemberRole;
