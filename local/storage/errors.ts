// Every failure the service answers with, as the real one words it: mostly HTTP 400, with the code
// that matters in the body's `statusCode`.

interface Failure {
  /** The body's `statusCode`. */
  code: number;
  /** The body's `error`. */
  error: string;
  message: string;
  /** The HTTP status: 400 unless said otherwise. */
  status?: number;
  cause?: unknown;
}

export class StorageError extends Error {
  readonly code: number;
  readonly status: number;
  readonly error: string;
  // tus-node-server reads these two from whatever a hook throws.
  readonly status_code: number;
  readonly body: string;

  constructor({ code, error, message, status, cause }: Failure) {
    super(message, { cause });
    this.name = "StorageError";
    this.code = code;
    this.error = error;
    this.status = status ?? (code === 500 ? 500 : 400);
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

const failure = (
  code: number,
  error: string,
  message: string,
  more?: Partial<Failure>,
) => new StorageError({ code, error, message, ...more });

export const errors = {
  noAuthorization: () =>
    failure(
      400,
      "Error",
      "headers must have required property 'authorization'",
    ),
  invalidBody: (message: string) => failure(400, "Error", message),
  accessDenied: (message: string, cause?: unknown) =>
    failure(403, "Unauthorized", message, { cause }),
  bucketNotFound: () => failure(404, "Bucket not found", "Bucket not found"),
  objectNotFound: () => failure(404, "not_found", "Object not found"),
  bytesNotFound: () => failure(404, "Not found", "The resource was not found"),
  duplicate: (cause?: unknown) =>
    failure(409, "Duplicate", "The resource already exists", { cause }),
  bucketNotEmpty: () =>
    failure(
      409,
      "ResourceNotEmpty",
      "The bucket you tried to delete is not empty",
    ),
  tooLarge: (what = "object") =>
    failure(
      413,
      "Payload too large",
      `The ${what} exceeded the maximum allowed size`,
    ),
  mimeType: (type: string) =>
    failure(415, "invalid_mime_type", `mime type ${type} is not supported`),
  invalidKey: (key: string) =>
    failure(400, "InvalidKey", `Invalid key: ${key}`),
  invalidBucketName: () => failure(400, "Invalid Input", "Bucket name invalid"),
  invalidFileSizeLimit: () =>
    failure(
      400,
      "InvalidRequest",
      "Invalid file size format, hint: use 20GB / 20MB / 30KB / 3B",
    ),
  invalidJwt: (message: string) => failure(400, "InvalidJWT", message),
  invalidSignature: (message = "Invalid signature") =>
    failure(400, "InvalidSignature", message),
  metadataRequired: () =>
    failure(400, "InvalidRequest", "Metadata header is required"),
  noContent: (cause?: unknown) =>
    failure(400, "InvalidRequest", "No content provided", { cause }),
  preconditionFailed: () =>
    failure(412, "PreconditionFailed", "PreconditionFailed", { status: 412 }),
  invalidRange: () =>
    failure(416, "InvalidRange", "The requested range is not satisfiable", {
      status: 416,
    }),
  lockTimeout: (cause?: unknown) =>
    failure(503, "acquiring_lock_timeout", "acquiring lock timeout", { cause }),
  tooManyConnections: (cause?: unknown) =>
    failure(
      429,
      "too_many_connections",
      "Too many connections issued to the database",
      {
        status: 429,
        cause,
      },
    ),
  databaseTimeout: (cause?: unknown) =>
    failure(
      544,
      "DatabaseTimeout",
      "The connection to the database timed out",
      {
        status: 544,
        cause,
      },
    ),
  internal: (cause?: unknown) =>
    failure(500, "Internal", "Internal Server Error", { cause }),
};

/** What the service answers when PostgreSQL refuses, fails or is away; other errors pass unchanged. */
export function fromPostgres(error: unknown): unknown {
  if (error instanceof StorageError || !(error instanceof Error)) return error;
  const code = "code" in error ? String(error.code) : "";
  switch (code) {
    case "42501":
      return errors.accessDenied(
        error.message.includes("row-level security")
          ? "new row violates row-level security policy"
          : error.message,
        error,
      );
    case "23505":
      return errors.duplicate(error);
    case "23503":
      return failure(
        404,
        "InvalidRequest",
        "The related resource does not exist",
        { cause: error },
      );
    case "55P03":
      return errors.lockTimeout(error);
    case "57014":
    case "CONNECT_TIMEOUT":
      return errors.databaseTimeout(error);
    case "53300":
      return errors.tooManyConnections(error);
    case "25006":
      return failure(
        503,
        "DatabaseReadOnly",
        "The database is currently in read-only mode. Please try again later.",
        { cause: error },
      );
    case "42P17":
      return failure(
        503,
        "DatabaseInvalidObjectDefinition",
        "The database schema is invalid or incompatible.",
        { cause: error },
      );
    case "22P02":
      return failure(400, "InvalidParameter", error.message, { cause: error });
    case "42703":
    case "42P01":
      return failure(
        503,
        "DatabaseSchemaMismatch",
        "The database schema is out of sync. Please run migrations or contact support.",
        { cause: error },
      );
  }
  // A five-character SQLSTATE is PostgreSQL's own; anything else is a connection that broke.
  if (/^[0-9A-Z]{5}$/.test(code) && !code.startsWith("57P")) {
    return failure(500, "DatabaseError", `database error, code: ${code}`, {
      cause: error,
    });
  }
  return code ? errors.internal(error) : error;
}
