/** Parses the type that a client declares for a file. It is a hint, and is kept with the file. */
import { Problem } from "../problems/problem.ts";
import { areParameters } from "../wire/media_type_parameters.ts";

/** A parsed Content-Type. Every field is null if the header is absent or cannot be kept. */
export interface DeclaredType {
  /** The header as it was sent. */
  header: string | null;
  /** The media type without parameters, in lower case; null if it is malformed. */
  essence: string | null;
  /** The parameters as they were sent, without the first semicolon; null if they are malformed. */
  parameters: string | null;
}

/** What the client says about a file. */
export interface Described {
  bucket: string;
  name: string;
  type: DeclaredType;
}

const MEDIA_TYPE = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/;
const MAX_LENGTH = 1000;

/** Parses a Content-Type. A malformed one is not an error. */
export function declaredType(header: string | null | undefined): DeclaredType {
  const value = (header ?? "").replaceAll("\t", " ").trim();
  if (value === "" || value.length > MAX_LENGTH || !/^[ -~]*$/.test(value)) {
    return { header: null, essence: null, parameters: null };
  }
  const end = value.indexOf(";");
  const essence = (end < 0 ? value : value.slice(0, end)).trimEnd();
  if (!MEDIA_TYPE.test(essence)) {
    return { header: value, essence: null, parameters: null };
  }
  const parameters = end < 0 ? "" : value.slice(end);
  return {
    header: value,
    essence: essence.toLowerCase(),
    parameters: areParameters(parameters)
      ? parameters.slice(1).trim() || null
      : null,
  };
}

/**
 * Parses a type that the client has to give.
 *
 * @throws {Problem} `unsupported_media_type` if it is malformed.
 */
export function requireType(
  header: string,
): DeclaredType & { essence: string } {
  const { essence, ...declared } = declaredType(header);
  const end = header.indexOf(";");
  const rest = end < 0 ? "" : header.slice(end).replaceAll("\t", " ").trim();
  if (essence === null || !areParameters(rest)) {
    throw new Problem("unsupported_media_type", {
      detail: "`mime_type` must be a media type.",
    });
  }
  return { essence, ...declared };
}
