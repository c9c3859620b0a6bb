/** What went wrong, for people. */
import { ContinuumError } from "../../../client/src/index.ts";

export interface Trouble {
  title: string;
  detail: string;
  /** What to give to whoever runs the project. */
  requestId: string | null;
}

const TITLES: Record<string, string> = {
  network_error: "No connection",
  timeout: "No answer in time",
  unavailable: "The project is not available",
  unexpected_response: "An unexpected answer",
  not_found: "Not found",
  read_only: "You may only read this",
  owner_only: "Only the owner may do this",
  unauthenticated: "You are signed out",
  invalid_token: "You are signed out",
  rate_limited: "Too many requests",
  quota_exceeded: "No space left",
  type_mismatch: "This kind of file is not accepted",
  file_too_large: "The file is too large",
  unknown_user: "There is no such user",
};

const DETAILS: Record<string, string> = {
  network_error:
    "The project does not answer. Check the connection, and the project's URL in the settings.",
  timeout: "The project took too long to answer. Try again.",
};

/** @param error whatever was thrown. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof ContinuumError) {
    const [first] = error.errors;
    return {
      title: TITLES[error.code] ?? "That did not work",
      detail: DETAILS[error.code] ??
        (first
          ? `${error.detail} ${first.pointer}: ${first.detail}`
          : error.detail),
      requestId: error.requestId,
    };
  }
  return {
    title: "That did not work",
    detail: error instanceof Error ? error.message : String(error),
    requestId: null,
  };
}

/** Whether the user has stopped it. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof ContinuumError && error.code === code;
}
