/**
 * file-upload in a runtime that hides a broken connection: the body of a client that stops sending ends like a
 * complete one, and Content-Length still says what was announced.
 */
import fileUpload from "../../supabase/functions/file-upload/index.ts";

async function* untilItBreaks(body: ReadableStream<Uint8Array> | null) {
  try {
    yield* body ?? [];
  } catch {
    // What arrived is all there is.
  }
}

export default {
  fetch: (request: Request) =>
    fileUpload.fetch(
      new Request(request.url, {
        method: request.method,
        headers: request.headers,
        body: ReadableStream.from(untilItBreaks(request.body)),
      }),
    ),
} satisfies Deno.ServeDefaultExport;
