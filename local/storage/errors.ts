// Every failure the service answers with, as the real one words it: mostly HTTP 400, with the code
// that matters in the body's `statusCode`.

/** The body's `statusCode`, `error` and `message`, where `{}` is what it is about. */
type Entry = readonly [statusCode: number, error: string, message: string];

const CATALOGUE = {
  noAuthorization: [
    400,
    "Error",
    "headers must have required property 'authorization'",
  ],
  invalidBody: [400, "Error", "{}"],
  accessDenied: [403, "Unauthorized", "{}"],
  bucketNotFound: [404, "Bucket not found", "Bucket not found"],
  objectNotFound: [404, "not_found", "Object not found"],
  bytesNotFound: [404, "Not found", "The resource was not found"],
  relatedNotFound: [
    404,
    "InvalidRequest",
    "The related resource does not exist",
  ],
  duplicate: [409, "Duplicate", "The resource already exists"],
  tooLarge: [
    413,
    "Payload too large",
    "The {} exceeded the maximum allowed size",
  ],
  mimeType: [415, "invalid_mime_type", "mime type {} is not supported"],
  invalidKey: [400, "InvalidKey", "Invalid key: {}"],
  invalidJwt: [400, "InvalidJWT", "{}"],
  invalidSignature: [400, "InvalidSignature", "{}"],
  metadataRequired: [400, "InvalidRequest", "Metadata header is required"],
  noContent: [400, "InvalidRequest", "No content provided"],
  preconditionFailed: [412, "PreconditionFailed", "PreconditionFailed"],
  invalidRange: [416, "InvalidRange", "The requested range is not satisfiable"],
  tooManyConnections: [
    429,
    "too_many_connections",
    "Too many connections issued to the database",
  ],
  internal: [500, "Internal", "Internal Server Error"],
  databaseError: [500, "DatabaseError", "database error, code: {}"],
  lockTimeout: [503, "acquiring_lock_timeout", "acquiring lock timeout"],
  databaseTimeout: [
    544,
    "DatabaseTimeout",
    "The connection to the database timed out",
  ],
} satisfies Record<string, Entry>;

/** The codes that are HTTP statuses, too. */
const STATUSES = [412, 416, 429, 500, 544];

export class StorageError extends Error {
  readonly status: number;
  // tus-node-server reads these two from whatever a hook throws.
  readonly status_code: number;
  readonly body: string;

  constructor(
    readonly code: number,
    readonly error: string,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = "StorageError";
    this.status = STATUSES.includes(code) ? code : 400;
    this.status_code = code;
    this.body = message;
  }

  toResponse(): Response {
    const { status, code, error, message } = this;
    return Response.json({ statusCode: String(code), error, message }, {
      status,
    });
  }
}

export function failure(
  name: keyof typeof CATALOGUE,
  about = "",
  cause?: unknown,
): StorageError {
  const [code, error, message] = CATALOGUE[name];
  return new StorageError(
    code,
    error,
    message.replace("{}", () => about),
    cause,
  );
}

/** By SQLSTATE, or by the code of the driver. */
const BY_CODE: Record<string, keyof typeof CATALOGUE> = {
  "23505": "duplicate",
  "23503": "relatedNotFound",
  "55P03": "lockTimeout",
  "57014": "databaseTimeout",
  "CONNECT_TIMEOUT": "databaseTimeout",
  "53300": "tooManyConnections",
};

/** What the service answers if PostgreSQL refuses, fails or is away. */
export function fromPostgres(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const { code = "", message } = Object(error);
  if (code === "42501") {
    const isPolicy = message.includes("row-level security");
    return failure(
      "accessDenied",
      isPolicy ? "new row violates row-level security policy" : message,
      error,
    );
  }
  const known = BY_CODE[code];
  if (known !== undefined) return failure(known, message, error);
  // A five-character SQLSTATE is PostgreSQL's own; anything else is a connection that broke.
  if (/^[0-9A-Z]{5}$/.test(code) && !code.startsWith("57P")) {
    return failure("databaseError", code, error);
  }
  return failure("internal", "", error);
}
