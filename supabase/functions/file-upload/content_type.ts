/** The type that a client declares for a file: a hint, kept with the file. */
import { Problem } from "../_shared/problems/problem.ts";
import { areParameters } from "../_shared/wire/media_type_parameters.ts";

/** A Content-Type as it was sent, and what it says. All are null if there is none that can be read. */
export interface DeclaredType {
  /** As it was sent, if it can be kept. */
  header: string | null;
  /** The media type without parameters, in lower case. */
  essence: string | null;
  /** The parameters as they were, without the first semicolon. */
  parameters: string | null;
}

const MEDIA_TYPE = /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/;
const MAX_LENGTH = 1000;

/** Reads a Content-Type. A malformed type declares nothing; malformed parameters are left out. */
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
 * {@link declaredType} where a type has to be named.
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
      detail: "The file's type is not a media type.",
    });
  }
  return { essence, ...declared };
}
