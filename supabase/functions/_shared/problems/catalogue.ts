/** Every problem code of the API with its HTTP status and title. Documented in docs/reference/api.md. */
export const catalogue = {
  malformed_request: { status: 400, title: "The request cannot be read." },
  invalid_cursor: {
    status: 400,
    title: "The cursor did not come from this API.",
  },
  unauthenticated: {
    status: 401,
    title: "This route requires a user's access token.",
  },
  invalid_token: { status: 401, title: "The access token is not valid." },
  read_only: {
    status: 403,
    title: "You may read this conversation, but not change it.",
  },
  owner_only: {
    status: 403,
    title: "Only the owner of this conversation may do that.",
  },
  not_found: { status: 404, title: "Not found." },
  method_not_allowed: {
    status: 405,
    title: "This resource does not support that method.",
  },
  not_acceptable: {
    status: 406,
    title: "The response is JSON, which the Accept header excludes.",
  },
  already_exists: {
    status: 409,
    title: "You already have a conversation with that continuation_id.",
  },
  upload_incomplete: {
    status: 409,
    title: "The file's bytes are not in storage yet.",
  },
  upload_mismatch: {
    status: 409,
    title: "The stored object is not what was announced.",
  },
  seq_conflict: {
    status: 409,
    title: "expected_seq does not match the conversation's last_seq.",
  },
  position_conflict: {
    status: 409,
    title: "A position in the request is not one of the conversation's.",
  },
  precondition_failed: {
    status: 412,
    title: "It has changed since you read it.",
  },
  body_too_large: { status: 413, title: "The request body is too large." },
  file_too_large: {
    status: 413,
    title: "The file exceeds its bucket's size limit.",
  },
  quota_exceeded: { status: 413, title: "The storage quota is used up." },
  type_mismatch: {
    status: 415,
    title: "The file is not text, an image or a PDF.",
  },
  unsupported_media_type: {
    status: 415,
    title: "The body or file has an unsupported type.",
  },
  range_not_satisfiable: { status: 416, title: "The file has no such range." },
  budget_too_small: {
    status: 422,
    title: "The newest message does not fit the token budget.",
  },
  digest_mismatch: {
    status: 422,
    title: "The content does not have the announced digest.",
  },
  idempotency_mismatch: {
    status: 422,
    title: "This idempotency key was used with another payload.",
  },
  unknown_file: {
    status: 422,
    title: "One of the files does not exist, or you may not see it.",
  },
  unknown_user: { status: 422, title: "The user does not exist." },
  validation_failed: { status: 422, title: "The request is not valid." },
  rate_limited: { status: 429, title: "Too many requests." },
  too_many_invitations: {
    status: 429,
    title: "There are too many open invitations.",
  },
  internal: { status: 500, title: "Something failed on our side." },
  unavailable: {
    status: 503,
    title: "The database or storage cannot be reached.",
  },
} as const;

export type ProblemCode = keyof typeof catalogue;

export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(catalogue, code);
}
