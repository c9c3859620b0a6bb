/**
 * A client for Continuum: conversations and files of AI tools in a Supabase project.
 *
 * ```ts
 * const continuum = createContinuum({ url, key, accessToken });
 * const conversation = continuum.conversation("review-42");
 * await conversation.append([{ role: "user", content: "Hello" }]);
 * const { messages } = await conversation.context({ maxTokens: 8000 });
 * ```
 */
export type { AppendOptions } from "./append.ts";
export type { Change } from "./change.ts";
export {
  Continuum,
  type ContinuumOptions,
  createContinuum,
  type ListOptions,
  type SearchOptions,
} from "./continuum.ts";
export { type ContextOptions, ConversationHandle } from "./conversation.ts";
export type {
  AccessToken,
  ProjectOptions,
  SupabaseLike,
} from "./credentials.ts";
export { ContinuumError, type ErrorCode } from "./error.ts";
export type { Export } from "./export.ts";
export type { ConversationFiles, DownloadOptions, Files } from "./files.ts";
export type { ListFilesOptions } from "./files.ts";
export type { FollowOptions } from "./follow.ts";
export type { ForkOptions } from "./fork.ts";
export type { MessagesOptions } from "./history.ts";
export type { HttpOptions } from "./http.ts";
export type { Members } from "./members.ts";
export type { Pages } from "./pages.ts";
export type * from "./types.ts";
export type { Progress, UploadOptions, UploadState } from "./upload.ts";
export type { UploadInput } from "./upload_source.ts";
export { VERSION } from "./version.ts";
