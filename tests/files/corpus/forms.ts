/** Multipart bodies, byte for byte as clients write them. */
import type { Browser } from "./declared_types.ts";
import type { Sample } from "./samples.ts";

/** A body, and the Content-Type that it is sent with. */
export interface Form {
  contentType: string;
  body: Uint8Array<ArrayBuffer>;
}

const encoder = new TextEncoder();

const hex = (digits: number) =>
  Array.from(
    crypto.getRandomValues(new Uint8Array(digits)),
    (byte) => (byte & 15).toString(16),
  ).join("");

function form(
  boundary: string,
  samples: Sample[],
  headersOf: (sample: Sample) => string[],
): Form {
  const chunks = samples.flatMap((sample) => [
    encoder.encode(
      `--${boundary}\r\n${headersOf(sample).join("\r\n")}\r\n\r\n`,
    ),
    sample.bytes,
    encoder.encode("\r\n"),
  ]);
  chunks.push(encoder.encode(`--${boundary}--\r\n`));
  const body = new Uint8Array(
    chunks.reduce((size, chunk) => size + chunk.length, 0),
  );
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return { contentType: `multipart/form-data; boundary=${boundary}`, body };
}

/** As the HTML standard has it, and curl since 7.81. */
const escaped = (name: string) =>
  name.replace(/["\r\n]/g, (c) => encodeURIComponent(c));

const BOUNDARIES: Record<Browser, () => string> = {
  Chromium: () => `----WebKitFormBoundary${hex(16)}`,
  Safari: () => `----WebKitFormBoundary${hex(16)}`,
  Firefox: () => `----geckoformboundary${hex(32)}`,
};

/** The form of a browser: a file without a type is application/octet-stream. */
export function browserForm(
  browser: Browser,
  samples: Sample[],
  typeOf: (name: string) => string,
): Form {
  return form(BOUNDARIES[browser](), samples, ({ name }) => [
    `Content-Disposition: form-data; name="files"; filename="${escaped(name)}"`,
    `Content-Type: ${typeOf(name) || "application/octet-stream"}`,
  ]);
}

const CURL_TYPES: Record<string, string> = {
  gif: "image/gif",
  jpg: "image/jpeg",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain",
  html: "text/html",
  pdf: "application/pdf",
  xml: "application/xml",
};

/** The type that curl declares, by a short list of extensions. */
export const curlType = (name: string) =>
  CURL_TYPES[name.split(".").at(-1) ?? ""] ?? "application/octet-stream";

/** `curl -F`. */
export function curlForm(samples: Sample[]): Form {
  return form(`------------------------${hex(16)}`, samples, ({ name }) => [
    `Content-Disposition: form-data; name="f"; filename="${escaped(name)}"`,
    `Content-Type: ${curlType(name)}`,
  ]);
}

/**
 * python-requests with a urllib3 before 1.25: no type, and a name that is not plain ASCII in `filename*` alone.
 * Later ones write names as browsers do.
 */
export function oldRequestsForm(samples: Sample[]): Form {
  return form(hex(32), samples, ({ name }) => [
    `Content-Disposition: form-data; name="files"; ${
      /^[\x20-\x7e]*$/.test(name) && !/["\\]/.test(name)
        ? `filename="${name}"`
        : `filename*=utf-8''${
          encodeURIComponent(name).replace(
            /[!'()*]/g,
            (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
          )
        }`
    }`,
  ]);
}
